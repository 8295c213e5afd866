"""Photos in a terminal: decoded in a process of their own, drawn the best way the terminal can."""
