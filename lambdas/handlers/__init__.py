"""What Lambda calls: a function per module, imported once per process."""

import gc

# A cold start makes some eighty thousand objects, and nearly all stay: by default the collector looks through them a
# hundred times meanwhile, which is a fifteenth of the start. What it frees later are cycles, of which few are made.
gc.set_threshold(100_000)
