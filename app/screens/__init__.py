"""The screens: what is laid out where. Acts live in `app.acts`, verbs in `desk`."""
