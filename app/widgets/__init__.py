"""What the screens are made of. Panes draw lines themselves: one strip a row, no child widgets, no hover."""
