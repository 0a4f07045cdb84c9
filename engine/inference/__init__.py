"""From facts to firings: the image, compiled conditions, and durable-rules over symbols."""
