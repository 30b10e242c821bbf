"""The citizen's pages: from «Timeavtaler» to a confirmed appointment, in bokmål and English, without script."""
