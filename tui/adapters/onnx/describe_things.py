"""The likeliest thing in a picture, by the ImageNet classifier that ships with Salon.

See `tui/data/efficientnet_lite0/PROVENANCE.md` for what it is and how well it does.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image as Pillow

    Pixels = np.ndarray[Any, np.dtype[Any]]

SIDE = 224
CROPS = (0.875, 1.0)
"""Sides of the middle squares that are looked at, as a share of the shorter side."""
MEAN, SCALE = 127.0, 128.0
THREADS = 2

# Kinds of thing that the classes split finer than a photo often shows: class numbers, half open.
_GROUPS: dict[str, tuple[tuple[int, int], ...]] = {
    "a fish": ((0, 2), (389, 398)),
    "a shark": ((2, 5),),
    "a bird": ((7, 25), (80, 101), (127, 147)),
    "a salamander": ((25, 30),),
    "a frog": ((30, 33),),
    "a turtle": ((33, 38),),
    "a lizard": ((38, 49),),
    "a crocodile or an alligator": ((49, 51),),
    "a snake": ((52, 69),),
    "a spider": ((72, 78),),
    "a crab": ((118, 122), (125, 126)),
    "a dog": ((151, 269),),
    "a wolf or a wild dog": ((269, 276),),
    "a fox": ((277, 281),),
    "a cat": ((281, 286),),
    "a big cat": ((286, 294),),
    "a bear": ((294, 298),),
    "a beetle": ((300, 308),),
    "a butterfly": ((321, 327),),
    "a rabbit or a hare": ((330, 333),),
    "a sheep or a goat": ((348, 351),),
    "an antelope": ((351, 354),),
    "an ape": ((365, 370),),
    "a monkey": ((370, 383),),
    "an elephant": ((385, 387),),
    "an aeroplane": ((404, 405), (895, 896)),
    "a boat or a ship": (
        (403, 404), (472, 473), (484, 485), (510, 511), (554, 555), (576, 577), (625, 626),
        (628, 629), (724, 725), (780, 781), (814, 815), (871, 872), (914, 915),
    ),
    "a car": (
        (436, 437), (468, 469), (511, 512), (609, 610), (627, 628), (656, 657), (661, 662),
        (751, 752), (817, 818),
    ),
    "a bus": ((654, 655), (779, 780), (874, 875)),
    "a truck or a van": (
        (555, 556), (569, 570), (675, 676), (717, 718), (734, 735), (864, 865), (867, 868),
    ),
    "a train or a tram": ((466, 467), (547, 548), (565, 566), (705, 706), (820, 821), (829, 830)),
    "a bicycle": ((444, 445), (671, 672)),
    "a motorcycle or a scooter": ((665, 666), (670, 671)),
    "a rocket or a missile": ((657, 658), (744, 745)),
    "a building": (
        (425, 426), (442, 443), (449, 450), (483, 484), (497, 498), (538, 539), (663, 664),
        (668, 669), (698, 699), (832, 833),
    ),
    "a bridge": ((718, 719), (821, 822), (839, 840), (888, 889)),
    "a guitar": ((402, 403), (546, 547)),
    "a piano": ((579, 580), (881, 882)),
    "a computer": ((527, 528), (620, 621), (681, 682)),
    "a screen": ((664, 665), (782, 783), (851, 852)),
    "a telephone": ((487, 488), (528, 529), (707, 708)),
    "a clock": ((409, 410), (530, 531), (892, 893)),
    "a cup or a mug": ((504, 505), (968, 969)),
    "a mushroom": ((947, 948), (991, 998)),
    "a ball": (
        (429, 431), (522, 523), (574, 575), (722, 723), (768, 769), (805, 806), (852, 853),
        (890, 891),
    ),
    "a coast": ((975, 977), (977, 979)),
}  # fmt: skip


def things(picture: Pillow.Image) -> dict[str, Any]:
    """Find the likeliest thing.

    Returns:
        `label`, `chance`: the likeliest class as a phrase with its article, 0 to 1;
        `group`, `group_chance`: the likeliest wider kind, `group` empty when there is none;
        `agreed`: whether all views of the picture have the same likeliest class or kind;
        `within`: whether the class belongs to the group.
    """
    import numpy as np

    session = _session()
    views = [
        session.run(["chances"], {"pixels": _pixels(picture, part)})[0][0].astype(np.float64)
        for part in CROPS
    ]
    chances = np.mean(views, axis=0)
    best = int(chances.argmax())
    groups = {name: float(sum(chances[a:b].sum() for a, b in at)) for name, at in _GROUPS.items()}
    group = max(groups, key=groups.__getitem__)
    members = {index for a, b in _GROUPS[group] for index in range(a, b)}
    tops = {int(view.argmax()) for view in views}
    return {
        "label": _labels()[best],
        "chance": float(chances[best]),
        "group": group,
        "group_chance": groups[group],
        "within": best in members,
        "agreed": len(tops) == 1 or tops <= members,
    }


def _pixels(picture: Pillow.Image, part: float) -> Pixels:
    import numpy as np
    from PIL import Image as Pillow

    half = min(picture.size) * part / 2
    across, down = picture.width / 2, picture.height / 2
    box = (across - half, down - half, across + half, down + half)
    square = picture.resize((SIDE, SIDE), Pillow.Resampling.BICUBIC, box=box)
    values = (np.asarray(square, np.float32) - MEAN) / SCALE
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None])


@cache
def _labels() -> list[str]:
    folder = resources.files("tui.data").joinpath("efficientnet_lite0")
    return folder.joinpath("labels.txt").read_text("utf-8").splitlines()


@cache
def _session() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Without this the int8 weights are turned into floats again at every run.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    options.log_severity_level = 3
    model = resources.files("tui.data").joinpath("efficientnet_lite0", "model.onnx").read_bytes()
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
