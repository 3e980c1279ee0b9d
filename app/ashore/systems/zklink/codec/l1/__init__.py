"""What zkLink's contracts on layer 1 take, store and log: pure encoders and decoders."""
