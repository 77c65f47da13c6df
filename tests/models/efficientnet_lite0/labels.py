"""Turn class names into phrases for a sentence: "tabby cat" -> "a tabby cat"."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Names that say something else than the class, or too much, or only half of it.
RENAMED = {
    87: "African grey parrot",
    97: "male duck",
    231: "collie",
    262: "Brussels griffon",
    271: "red wolf",
    282: "tiger cat",
    285: "Egyptian Mau cat",
    339: "horse",
    354: "Arabian camel",
    378: "capuchin monkey",
    381: "spider monkey",
    386: "African elephant",
    421: "handrail",
    439: "bearskin hat",
    478: "cardboard box",
    494: "chime",
    506: "spiral",
    548: "entertainment center",
    570: "gas mask",
    603: "horse-drawn cart",
    612: "rickshaw",
    633: "magnifying glass",
    638: "leotard",
    661: "Ford Model T",
    676: "muzzle for an animal",
    692: "product packet",
    725: "pitcher",
    744: "missile",
    758: "fishing reel",
    769: "ruler",
    789: "shoji screen",
    796: "balaclava",
    824: "stole",
    842: "swimming trunks",
    854: "theater curtain",
    878: "typewriter keyboard",
    884: "vaulted ceiling",
    890: "volleyball",
    914: "yawl",
    919: "street sign",
    956: "cherimoya",
    989: "rose hip",
    995: "earthstar mushroom",
    996: "hen-of-the-woods mushroom",
    998: "ear of grain",
}
# Words that keep their capital inside the names of dog breeds.
CAPITALISED = (
    "Afghan African Airedale Alaskan American Appenzeller Australian Bay Bedlington Belgian "
    "Bernese Blenheim Border Boston Bouvier Brittany Brussels Cardigan Charles Chesapeake "
    "Chihuahua Dandie Dane Dinmont English Entlebucher Flandres French German Gordon Great "
    "Greater Ibizan Irish Italian Japanese Kerry King Labrador Lakeland Leonberger Lhasa Maltese "
    "Mexican Newfoundland Norfolk Norwegian Norwich Old Pekingese Pembroke Pyrenees "
    "Rhodesian Russell Scottish Sealyham Shetland Shih Siberian St. Staffordshire Sussex Swiss "
    "Tibetan Tzu Weimaraner Welsh West Highland Yorkshire Bernard Apso Walker"
)
PROPER = frozenset(CAPITALISED.split())
# No article: plurals, and stuff that is not counted.
BARE = frozenset({
    "binoculars", "clogs", "jeans", "pajamas", "parallel bars", "sunglasses", "swimming trunks",
    "mashed potatoes", "guacamole", "consomme", "chain mail", "velvet fabric", "wool", "hay",
    "dough", "carbonara", "chocolate syrup", "red wine", "eggnog", "toilet paper", "face powder",
    "sunscreen", "lotion", "hair spray", "perfume", "ice cream", "broccoli", "corn", "rapeseed",
    "spaghetti squash", "cauliflower",
})  # fmt: skip
AN = re.compile(r"^(?:[ai]|e(?!uro)|o(?!ne)|u(?!ni)|hour)", re.IGNORECASE)
DOGS = range(151, 269)


def phrases(names: Sequence[str]) -> list[str]:
    """One phrase a class, in the order of the classes."""
    return [phrase(index, name) for index, name in enumerate(names)]


def phrase(index: int, name: str) -> str:
    """The class as it stands in a sentence, with its article."""
    name = RENAMED.get(index) or re.sub(r"\s*\(.*\)|\s*/.*", "", name)
    if index in DOGS:
        name = " ".join(_breed_word(word) for word in name.split(" "))
    if name in BARE:
        return name
    return f"an {name}" if AN.match(name) else f"a {name}"


def _breed_word(word: str) -> str:
    return word if word.partition("-")[0] in PROPER else word.lower()
