"""Turn class names into phrases for a sentence: "tabby cat" -> "a tabby cat"."""

def phrases(names): return names
