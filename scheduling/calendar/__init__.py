"""The calendar: what became of due times on some days, and what is due on them."""
