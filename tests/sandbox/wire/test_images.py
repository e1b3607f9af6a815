"""What a picture is stands in its first bytes; what a camera wrote beside it does not leave with it."""

from __future__ import annotations

import pytest

from sandbox.wire import tokens
from sandbox.wire.images import SIGNATURE, BadImage, read_image
from sandbox.wire.types import Image
from tests.sandbox.wire.pictures import EXIF_SIDEWAYS, SECRET, chunk, jpeg, lossy_webp, png, riff, segment, webp


@pytest.mark.parametrize(
    ("data", "kind", "size"),
    [
        (png(30, 20), "image/png", (30, 20)),
        (jpeg(160, 90), "image/jpeg", (160, 90)),
        (webp(50, 40), "image/webp", (50, 40)),
        (lossy_webp(50, 40), "image/webp", (50, 40)),
    ],
    ids=["png", "jpeg", "webp", "lossy webp"],
)
def test_tells_a_picture_and_its_size_by_its_bytes(data, kind, size):
    image = read_image(data)
    assert (image.media_type, (image.width, image.height), image.data) == (kind, size, data)


@pytest.mark.parametrize(
    ("data", "bare"),
    [
        (png(3, 2, (b"tEXt", SECRET), (b"eXIf", SECRET), (b"acTL", SECRET)), png(3, 2)),
        (jpeg(comment=SECRET, exif=b"Exif\0\0" + SECRET, after=SECRET), jpeg()),
        (webp(5, 4, (b"EXIF", SECRET), (b"XMP ", SECRET)), webp(5, 4)),
    ],
    ids=["png", "jpeg", "webp"],
)
def test_leaves_out_what_is_no_part_of_the_picture(data, bare):
    assert read_image(data).data == bare


def test_keeps_which_way_is_up_and_nothing_else_of_a_cameras_words():
    sideways = EXIF_SIDEWAYS + SECRET
    kept = read_image(jpeg(exif=sideways)).data
    assert SECRET not in kept
    assert kept.startswith(b"\xff\xd8\xff\xe1")
    assert read_image(kept).data == kept


def test_an_extended_header_promises_only_what_is_kept():
    extended = (b"VP8X", b"\x3c\0\0\0\x04\0\0\x03\0\0")  # profile, alpha, EXIF and XMP
    image = read_image(lossy_webp(5, 4, extended, (b"EXIF", SECRET)))
    assert SECRET not in image.data
    assert image.data == lossy_webp(5, 4, (b"VP8X", b"\x10" + extended[1][1:]))


@pytest.mark.parametrize(
    "exif",
    [
        b"http://ns.adobe.com/xap/1.0/\0<x/>",
        b"Exif\0\0II*\0" + b"\xff" * 4,
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + b"\x01\x0f\0\x02\0\0\0\x01\0\0\0\0",
        b"Exif\0\0II*\0" + b"\x08\0\0\0\x02\0" + b"\x12\x01\x03\0\x01\0\0\0\x09\0\0\0",
    ],
    ids=["another kind of note", "a directory that is not there", "another entry", "a turn that there is not"],
)
def test_a_camera_that_does_not_say_which_way_is_up_changes_nothing(exif):
    assert read_image(jpeg(exif=exif)).data == jpeg()


def test_a_second_picture_behind_the_first_stays_behind():
    assert read_image(jpeg(after=jpeg(comment=SECRET))).data == jpeg()


def test_the_small_copy_in_a_jpegs_first_header_is_left_out():
    header = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    with_copy = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\x04\x04" + SECRET * 3)
    second = segment(0xE0, b"JFXX\0\x10" + SECRET)
    assert read_image(jpeg().replace(header, with_copy + second)).data == jpeg()


def test_marks_may_be_filled_up():
    assert read_image(jpeg().replace(b"\xff\xc0", b"\xff" * 500 + b"\xc0")).data == jpeg()


@pytest.mark.parametrize(
    "data",
    [
        jpeg().replace(b"\xff\xda", b"\xff\xd0" * 20_000 + b"\xff\xda", 1),
        png(3, 2, *[(b"IDAT", b"")] * 20_000),
        webp(5, 4, *[(b"none", b"")] * 20_000),
    ],
    ids=["jpeg", "png", "webp"],
)
def test_refuses_a_file_of_more_parts_than_any_picture_has(data):
    with pytest.raises(BadImage) as refused:
        read_image(data)
    assert refused.value.why == "broken"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind"),
        (b"GIF89a" + b"\0" * 40, "kind"),
        (b"%PDF-1.7", "kind"),
        (png()[:-5], "broken"),
        (png()[:20] + b"\x01" + png()[21:], "broken"),
        (jpeg()[:-2], "broken"),
        (jpeg()[:30], "broken"),
        (b"\xff\xd8\xff\xd9", "broken"),
        (SIGNATURE + chunk(b"IDAT", b"") + chunk(b"IEND", b""), "broken"),
        (jpeg().replace(b"\xff\xc0", b"\x00\xc0", 1), "broken"),
        (webp()[:18], "broken"),
        (webp()[:-4], "broken"),
        (riff((b"VP8 ", b"\0" * 10)), "broken"),
        (riff((b"VP8L", b"\0" * 10)), "broken"),
        (riff((b"ALPH", b"\0" * 10)), "broken"),
        (webp(5, 4, (b"ANIM", b"\0" * 6)), "animated"),
        (png(9000, 10), "size"),
        (png(0, 10), "size"),
        (png(7900, 7900), "size"),
    ],
)
def test_refuses_what_is_no_picture_it_can_send(data, why):
    with pytest.raises(BadImage) as refused:
        read_image(data)
    assert refused.value.why == why


@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (200, 100), (1000, 700), (1568, 1568), (2576, 1857), (8000, 5000)]
)
def test_bounds_a_pictures_tokens_above_every_makers_rule(width, height):
    image = Image("image/png", width, height)
    tiles = 85 + 170 * 8
    patches = min(-(-width // 32) * -(-height // 32), 2500) * 1.2
    anthropic = min(width * height / 750, 4_784)
    qwen = min(-(-width // 28) * -(-height // 28), 16_384)
    bound = tokens.image_at_most(image, model="some-model")
    assert bound >= max(tiles, patches, 1536 * 2.46, anthropic, 1_120, qwen)
    assert tokens.estimate_image(image) <= bound


def test_bounds_the_one_model_that_bills_pictures_many_times_over():
    assert tokens.image_at_most(Image("image/png", 64, 64), model="openai/gpt-4o-mini") >= 2_833 + 8 * 5_667
