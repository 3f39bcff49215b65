#!/usr/bin/env python3
"""Runs a command as on a kernel that lacks some system calls: older_kernel.py CALL ... -- COMMAND ARG ..."""
import ctypes
import errno
import os
import struct
import sys

NUMBERS = {"openat2": 437, "fchmodat2": 452, "landlock_create_ruleset": 444, "close_range": 436,
           "faccessat2": 439}  # of x86-64
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
REFUSE, ALLOW = 0x00050000, 0x7FFF0000


def works():
    """Whether a filter made here means what it says."""
    return os.uname().machine == "x86_64"


def instruction(code, value, if_true=0, if_false=0):
    return struct.pack("=HBBI", code, if_true, if_false, value)


def refuse(names):
    """From here on these calls fail with ENOSYS, in this process and in all that it starts."""
    code = instruction(LOAD_WORD, 0)
    for name in names:
        code += instruction(JUMP_IF_EQUAL, NUMBERS[name], 0, 1) + instruction(RETURN, REFUSE | errno.ENOSYS)
    code += instruction(RETURN, ALLOW)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    for words in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program)):
        if libc.prctl(*words) != 0:
            raise OSError(ctypes.get_errno(), "prctl")


def main(words):
    split = words.index("--")
    refuse(words[:split])
    os.execv(words[split + 1], words[split + 1:])


if __name__ == "__main__":
    main(sys.argv[1:])
