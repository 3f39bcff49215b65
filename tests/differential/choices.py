"""Random operands and options, from what godwit supports."""
BASES = [(30, ["-a"]), (6, ["-r"]), (5, ["-rlt"]), (4, ["-rlpt"]), (3, ["-rt"]), (3, ["-rlptD"]), (2, ["-d"]),
         (2, ["-dlt"]), (2, ["-lpt"]), (1, []), (2, ["-a", "--no-o"]), (1, ["--no-o", "-a"]), (2, ["-a", "--no-g", "--no-p"]),
         (2, ["-a", "--no-t"]), (1, ["-a", "--no-D"]), (2, ["-a", "--no-l"]), (1, ["-a", "--no-r"]), (1, ["-rptgo"]),
         (1, ["--no-t", "-a"]), (1, ["-a", "--no-p", "-p"]), (1, ["-r", "--no-r", "-d"]), (1, ["-a", "--no-r", "-r"]),
         (1, ["-d", "--no-d"]), (1, ["-rtD", "--no-specials"]), (1, ["-a", "--no-devices"])]
SIMPLE = [(4, "-R"), (4, "-u"), (5, "-c"), (4, "-I"), (3, "--size-only"), (3, "--existing"), (3, "--ignore-existing"),
          (1, "-x"), (3, "-L"), (3, "-k"), (4, "-K"), (3, "-O"), (2, "-d"), (3, "-m"), (2, "--force"),
          (4, "--no-whole-file"), (2, "-W"), (3, "-z"), (2, "--numeric-ids"), (1, "--partial"), (1, "-P"), (1, "-h"),
          (1, "--stats"), (1, "--no-i-r"), (1, "--old-args"), (3, "--remove-source-files"),
          (2, "--list-only"), (3, "--mkpath"), (1, "--partial-dir=.part"), (1, "--info=progress2"), (1, "--no-O"), (5, "-n"), (1, "--ignore-errors"), (1, "-p"), (1, "-t"), (1, "-o"),
          (3, "--inplace"), (2, "-S"), (1, "--preallocate"), (1, "--append"),
          (1, "-hh"), (1, "--no-W"), (3, "-y"), (1, "-yy"), (1, "--no-c"), (1, "-rd"), (1, "-s"), (1, "--timeout=60"), (1, "--bwlimit=100m"), (1, "--no-inc-recursive"), (1, "-D"), (1, "-l")]
# --append with -y: rsync appends to what is similar. With -S: rsync clears what it should keep (DIFFERENCES.md); tests/e2e shows ours.
EXCLUSIVE = [{"-s", "--old-args"}, {"--append", "-W"}, {"--append", "-S"}, {"--append", "-y"}, {"--append", "-yy"},
             {"--inplace", "--partial-dir=.part"}, {"--append", "--partial-dir=.part"}]
DELETES = [(8, ["--delete"]), (3, ["--delete-before"]), (2, ["--delete-during"]), (3, ["--delete-after"]),
           (3, ["--delete-delay"]), (1, ["--del"]), (5, ["--delete-excluded"]), (2, ["--delete", "--force"]),
           (2, ["--delete", "--ignore-errors"])]
OUTPUTS = [(5, ["-v"]), (6, ["-i"]), (3, ["-vi"]), (2, []), (1, ["-q"]), (2, ["-v", "--stats"]), (1, ["-ii"]),
           (1, ["-i", "--stats"]), (1, ["-v", "--no-v", "-i"])]
PATTERNS = ["*.c", "*.o", "a", "b", "/a", "/b", "a/", "sub/", "/sub/", "lib", "*", "**", "a*", "?", "[a-c]", "[!a]*",
            "[[:upper:]]*", ".*", "a/b", "sub/*", "**/c", "a/**", "/src/a", "/src/*/b", "sub/***", "/a/***", "**/a/*",
            "a?b", "*/", "/*/", "/*", "new*", "st\\*r", "d*/", "README", "x.[co]", "**/sub/**", "\\[x]", "a b", "*[!c]"]
RULES = ["- ", "- ", "- ", "+ ", "+ ", "H ", "S ", "P ", "R ", "-! ", "-s ", "-r ", "-p ", "hide ", "show ", "protect ",
         "risk ", "exclude ", "include ", "-,s ", "exclude,! ", "+,r ", "-/ ", "-!/ ", "+! ", "H,p ", "P! ", "S,/ ", "R,! ",
         "+s ", "-sr ", "hide,! ", "protect,p ", "-_"]


def pick(rng, weighted):
    return rng.choices([value for _, value in weighted], [weight for weight, _ in weighted])[0]


def one_filter(rng):
    """One option's words for a filter."""
    pattern = rng.choice(PATTERNS)
    dice = rng.random()
    if dice < 0.4:
        return [f"--exclude={pattern}"]
    if dice < 0.55:
        return [f"--include={pattern}"]
    if dice < 0.62:
        return ["--exclude-from=rules"]
    if dice < 0.66:
        return ["--include-from=rules"]
    if dice < 0.68:
        return ["--exclude-from=-"]
    if dice < 0.70:
        return ["--filter=!"]
    return [rng.choice(["-f", "--filter"]), rng.choice(RULES) + pattern]


def rules_file(rng):
    """What --exclude-from reads."""
    lines = []
    for _ in range(rng.randint(1, 4)):
        lines.append(rng.choice(["", "", "+ ", "- ", "# ", "; "]) + rng.choice(PATTERNS))
    if rng.random() < 0.1:
        lines.insert(rng.randrange(len(lines) + 1), "!")
    return "\n".join(lines) + rng.choice(["", "\n", "\r\n"])


def quantity(rng):
    """An option with a number."""
    size = rng.choice(["0", "1", "10", "700", "1K", "1k", "4K-1", "0.5K", "5KB", "1KiB", "100B", "1.5k",
                       "2KB+1", "700b-1", ".1K"])
    return rng.choice([[f"--min-size={size}"], [f"--max-size={size}"], ["--modify-window=1"], ["-@2"],
                       ["--modify-window=100"], ["--max-delete=1"], ["--max-delete=0"], ["--max-delete=100"]])


def options(rng):
    """A list of groups of words; each group can be left out as a whole."""
    groups = [list(pick(rng, BASES))]
    if rng.random() < 0.55:
        groups.append(list(pick(rng, DELETES)))
    for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
        word = [pick(rng, SIMPLE)]
        chosen = {word[0], *(w for g in groups for w in g)}
        if word not in groups and not any(chosen >= pair for pair in EXCLUSIVE):
            groups.append(word)
    if rng.random() < 0.25:
        groups.append(quantity(rng))
    if rng.random() < 0.4:
        for _ in range(rng.randint(1, 4)):
            groups.append(one_filter(rng))
    groups.append(list(pick(rng, OUTPUTS)))
    return [group for group in groups if group]


def below(nodes, root, kind):
    return [p for p in sorted(nodes) if p.startswith(root + b"/") and nodes[p].kind == kind]


def base_name(path):
    return path.rsplit(b"/", 1)[-1]


def unusual_operands(rng, nodes):
    """Spellings that few type, or None."""
    files, folders, links = (below(nodes, b"src", kind) for kind in ("file", "dir", "link"))
    whole = [(b"src", b"dst")]
    dice = rng.randrange(12)
    if dice == 0 and folders:
        one = rng.choice(folders)
        return [one + b"/.."], b"dst/", [(one.rpartition(b"/")[0], b"dst")]
    if dice == 1:
        return [rng.choice([b"src/*", b"src/[a-c]*", b"src/?", b"src/*/", b"s*/"])], b"dst/", whole
    if dice == 2 and files:
        one = rng.choice(files)
        return [one], rng.choice([b"newname", b"newdir/", b"dst/newdir/", b"no/newname", b"no/newdir/"]), []
    if dice == 3 and files + folders:
        one = rng.choice(files + folders)
        return [rng.choice([b"./" + one, b"./" + one.replace(b"src/", b"src/./", 1), one])], b"dst/", [
            (one, b"dst/" + one), (one, b"dst/" + base_name(one))]
    if dice == 4:
        return [b"src/", b"two/"], b"dst/", whole
    if dice == 5:
        return [b"two/", b"src"], rng.choice([b"dst/", b"dst"]), whole
    if dice == 6:
        return [b"-name"] + [b"src/"] * rng.randint(0, 1), b"dst/", whole
    if dice == 7 and links:
        return [rng.choice(links) + rng.choice([b"", b"/"]) for _ in range(2)], b"dst/", whole
    if dice == 8:
        return [rng.choice([b"src", b"src/", rng.choice(files + folders + links or [b"src/"])])], None, []
    if dice == 9:
        return [b"src/", b"src/missing", b"two"], b"dst/", whole
    if dice == 10 and folders:
        one = rng.choice(folders)
        return [one, one + b"/"], b"dst/", [(one, b"dst/" + base_name(one))]
    return None


def operands(rng, nodes):
    """(sources, dest, [(what is copied, where to)]) for the tree `src` among the nodes; no dest: they are listed."""
    unusual = unusual_operands(rng, nodes) if rng.random() < 0.2 else None
    return unusual or usual_operands(rng, nodes)


def usual_operands(rng, nodes):
    files, folders, links = (below(nodes, b"src", kind) for kind in ("file", "dir", "link"))
    tops = [p for p in sorted(nodes) if p.startswith(b"src/") and p.count(b"/") == 1]
    dice = rng.random()
    if dice < 0.50:
        source = rng.choice([b"src/", b"src/", b"src/.", b"./src/", b"src//"])
        return [source], rng.choice([b"dst/", b"dst", b"dst/."]), [(b"src", b"dst")]
    if dice < 0.60:
        return [b"src"], rng.choice([b"dst/", b"dst"]), [(b"src", b"dst/src")]
    if dice < 0.65 and folders:
        one = rng.choice(folders)
        slash = rng.random() < 0.5
        return [one + (b"/" if slash else b"")], b"dst/", [(one, b"dst" if slash else b"dst/" + base_name(one))]
    if dice < 0.70 and files:
        one = rng.choice(files)
        dest = rng.choice([b"dst/", b"dst", b"dst/newname", b"dst/" + base_name(one)])
        return [one], dest, [(one, b"dst/newname" if dest == b"dst/newname" else b"dst/" + base_name(one))]
    if dice < 0.73 and links:
        one = rng.choice(links)
        return [one + rng.choice([b"", b"/"])], b"dst/", [(one, b"dst/" + base_name(one))]
    if dice < 0.85 and tops:
        some = rng.sample(tops, min(len(tops), rng.randint(1, 4)))
        some = [p + rng.choice([b"", b"", b"/"]) if nodes[p].kind == "dir" else p for p in some]
        if rng.random() < 0.1:
            some.insert(rng.randrange(len(some) + 1), b"src/missing")
        return some, rng.choice([b"dst/", b"dst"]), [
            (p.rstrip(b"/"), b"dst" if p.endswith(b"/") else b"dst/" + base_name(p)) for p in some if p in nodes]
    if dice < 0.89 and tops:
        return list(tops), b"dst/", [(p, b"dst/" + base_name(p)) for p in tops]
    if dice < 0.92 and folders:
        one = rng.choice(folders)
        return [b"src/./" + one[4:] + rng.choice([b"", b"/"])], b"dst/", [(one, b"dst/" + one[4:])]
    if dice < 0.95:
        return [rng.choice([b"src/", b"src"])], rng.choice([b"new", b"new/", b"no/such/dir", b"no/such/dir/"]), []
    if dice < 0.97:
        return [b"src/missing"], b"dst/", [(b"src", b"dst")]
    if files:
        return [rng.choice(files), rng.choice([b"src/", b"src"])], b"dst/", [(b"src", b"dst")]
    return [b"src/"], b"dst/", [(b"src", b"dst")]
