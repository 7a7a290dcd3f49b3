"""Speech corpora: what files there are, who speaks in them, which split they belong to."""
