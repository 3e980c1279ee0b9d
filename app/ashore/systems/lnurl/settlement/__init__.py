"""What happens after the invoice was handed over: only the receiver's own wallet can tell."""
