"""Caption sources, each an object with `label` and `caption(image, prompt)`."""
