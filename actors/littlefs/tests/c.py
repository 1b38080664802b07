"""The same operations by littlefs in C, so that both can be compared.

    python3 c.py IMAGE BLOCK_SIZE BLOCK_COUNT PROGRAM_SIZE CACHE_SIZE BLOCK_CYCLES VERSION < OPERATIONS

IMAGE is read (if the first operation is not `format`) and written. Every line of the operations is a
word and its arguments, bytes in hexadecimal. The answer is one line `PATH BYTES` for each file,
`PATH -` for each directory, and `= ERASES PROGRAMS BYTES` for what it cost since the last `count`.
Needs: pip install littlefs-python
"""

import sys
from littlefs import LittleFS, UserContext, lfs
from littlefs.lfs import LFSFileFlag as Flag


class Flash(UserContext):
    """A NOR flash: programming only clears bits."""

    erases = programs = programmed = 0

    def prog(self, cfg, block, off, data):
        start = block * cfg.block_size + off
        old = self.buffer[start:start + len(data)]
        assert all(new & ~was & 0xff == 0 for new, was in zip(data, old)), "it sets a bit"
        self.programs += 1
        self.programmed += len(data)
        return super().prog(cfg, block, off, data)

    def erase(self, cfg, block):
        self.erases += 1
        return super().erase(cfg, block)


def change(fs, path, flags, act):
    file = lfs.file_open(fs, path, flags)
    act(file)
    lfs.file_close(fs, file)


def perform(flash, files, word, path="", *rest):
    fs = files.fs
    if word == "count":
        flash.erases = flash.programs = flash.programmed = 0
    elif word == "write":
        flags = Flag.wronly | Flag.creat | Flag.trunc
        change(fs, path, flags, lambda file: lfs.file_write(fs, file, bytes.fromhex(rest[0])))
    elif word == "append":
        flags = Flag.wronly | Flag.append
        change(fs, path, flags, lambda file: lfs.file_write(fs, file, bytes.fromhex(rest[0])))
    elif word == "edit":
        def edit(file):
            lfs.file_seek(fs, file, int(rest[0]), 0)
            lfs.file_write(fs, file, bytes.fromhex(rest[1]))
        change(fs, path, Flag.rdwr, edit)
    elif word == "truncate":
        change(fs, path, Flag.rdwr, lambda file: lfs.file_truncate(fs, file, int(rest[0])))
    elif word == "mkdir":
        lfs.mkdir(fs, path)
    elif word == "remove":
        lfs.remove(fs, path)
    elif word == "rename":
        lfs.rename(fs, path, rest[0])
    elif word == "attribute":
        lfs.setattr(fs, path, int(rest[0]), bytes.fromhex(rest[1]))
    else:
        raise ValueError(word)


def show(files, directory):
    for entry in files.scandir(directory):
        path = f"{directory}/{entry.name}".lstrip("/")
        if entry.type == 2:
            print(path, "-")
            show(files, path)
        else:
            with files.open(path, "rb") as file:
                data = file.read()
            assert len(data) == entry.size
            print(path, f"x{data.hex()}")


def main():
    image = sys.argv[1]
    block_size, block_count, program, cache, cycles, version = map(int, sys.argv[2:8])
    lines = [line.rstrip("\n").split(" ") for line in sys.stdin if line.strip()]
    flash = Flash(block_size * block_count)
    must_format = lines[:1] == [["format"]]
    if not must_format:
        with open(image, "rb") as file:
            flash.buffer = bytearray(file.read())
    files = LittleFS(
        context=flash, mount=False, block_size=block_size, block_count=block_count,
        read_size=program, prog_size=program, cache_size=cache, lookahead_size=16,
        block_cycles=cycles, disk_version=version)
    if must_format:
        files.format()
        lines = lines[1:]
    files.mount()
    for words in lines:
        perform(flash, files, *words)
    counts = (flash.erases, flash.programs, flash.programmed)
    show(files, "/")
    print("=", *counts)
    files.unmount()
    with open(image, "wb") as file:
        file.write(flash.buffer)


main()
