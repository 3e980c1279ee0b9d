"""LNURL: services that pay a voucher into an invoice of the person's own."""
