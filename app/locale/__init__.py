"""The gettext catalogues: `en` holds the template, every other folder a translation. See `app.words`."""
