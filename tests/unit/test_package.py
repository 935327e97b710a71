"""push and pull through a registry on this machine: the same bytes, or a refusal; nothing else is touched."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.package.manifest import PackageRefused, parse_manifest
from pipeline.package.revision import lock_revision
from pipeline.record.verdict import Verdict
from stages.contract import Exit
from support.cli import call
from support.pushed import SHIPPED, delivered, layered
from support.registry import Answer, TinyRegistry, digest


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return delivered(tmp_path / "project")


def push(registry: TinyRegistry, project: Path, *words: str, tag: str = "1") -> dict[str, Any]:
    done = call(
        "push", f"{registry.name}/me/plates:{tag}", project, "--json", "--plain-http", *words
    )
    assert done.returncode == Exit.OK, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def pull(
    registry: TinyRegistry, target: Path, *words: str, name: str = ":1"
) -> tuple[int, str, str]:
    done = call("pull", f"{registry.name}/me/plates{name}", "-o", target, "--plain-http", *words)
    return done.returncode, done.stdout, done.stderr


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".paddock-package.json"
    }


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.parent.iterdir() if path.name.startswith("."))


def test_what_was_pushed_comes_back_by_tag_and_by_digest_and_is_sent_once(
    registry: TinyRegistry, project: Path, tmp_path: Path
) -> None:
    (project / "out" / "notes of mine.txt").write_text("not Paddock's")
    told = push(registry, project)
    assert registry.connections < len(told["files"])
    again = push(registry, project, tag="2")
    assert told["digest"] == again["digest"] and again["sent"] == 0
    assert told["verdict"] == "pass" and told["before"] == ""
    for name in (":1", f"@{told['digest']}"):
        code, said, _ = pull(registry, tmp_path / f"to{name[0]}", name=name)
        assert code == Exit.OK and "PASS" in said and told["digest"] in said
        found = content(tmp_path / f"to{name[0]}")
        (project / "out" / "notes of mine.txt").unlink(missing_ok=True)
        assert found == content(project / "out") and "kit/golden/input.bin" in found
        assert left_behind(tmp_path / "to:") == []


def test_the_manifest_is_an_artifact_of_a_type_of_its_own_and_says_what_was_judged(
    registry: TinyRegistry, project: Path
) -> None:
    manifest = json.loads(registry.manifests[push(registry, project)["digest"]])
    assert manifest["artifactType"] == "application/vnd.paddock.model.v1"
    assert manifest["config"]["mediaType"] == "application/vnd.paddock.model.config.v1+json"
    assert manifest["annotations"]["paddock.verdict"] == "pass"
    assert manifest["annotations"]["paddock.needs.nb-arm"].startswith("Paddle-Lite 2.13 or newer")
    kinds = {layer["mediaType"].rpartition("model.")[2] for layer in manifest["layers"]}
    assert kinds == {"nb.v1", "file.v1"}
    config = json.loads(registry.blobs[manifest["config"]["digest"]])
    assert (config["schema_version"], config["task"]) == (1, "recognition")


def test_a_tag_that_moves_is_said_and_the_digest_still_leads_to_the_first(
    registry: TinyRegistry, project: Path, tmp_path: Path
) -> None:
    first = push(registry, project)["digest"]
    shutil.rmtree(project / "out")
    delivered(project, files={**SHIPPED, "model_arm.nb": b"another"})
    done = call("push", f"{registry.name}/me/plates:1", project)
    assert f"the tag led to {first} before" in done.stdout
    assert pull(registry, tmp_path / "to")[0] == Exit.OK
    assert (tmp_path / "to" / "model_arm.nb").read_bytes() == b"another"
    # What nobody changed is replaced, ...
    assert pull(registry, tmp_path / "to", name=f"@{first}")[0] == Exit.OK
    assert (tmp_path / "to" / "model_arm.nb").read_bytes() == SHIPPED["model_arm.nb"]
    assert "there already" in pull(registry, tmp_path / "to", name=f"@{first}")[1]
    # ... and what somebody did is left.
    (tmp_path / "to" / "dict.txt").write_text("mine")
    code, _, said = pull(registry, tmp_path / "to")
    assert code == Exit.USAGE and "there is something else already" in said and "-o FOLDER" in said
    assert (tmp_path / "to" / "dict.txt").read_text() == "mine"


def test_a_folder_or_link_of_the_users_is_left_as_it_is(
    registry: TinyRegistry, project: Path, tmp_path: Path
) -> None:
    push(registry, project)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "a").write_text("a")
    (tmp_path / "link").symlink_to(mine)
    (tmp_path / "file").write_text("a")
    for name in ("mine", "link", "file"):
        assert pull(registry, tmp_path / name)[0] == Exit.USAGE
    code, _, said = pull(registry, tmp_path / "file" / "to")
    assert code == Exit.USAGE and "Not a directory" in said and "-o FOLDER" in said
    # The project's own delivery is nothing that was pulled.
    assert pull(registry, project / "out")[0] == Exit.USAGE
    assert content(mine) == {"a": b"a"} and (tmp_path / "file").read_text() == "a"
    assert left_behind(mine) == []


def test_a_changed_byte_in_the_registry_is_refused_and_nothing_gets_its_name(
    registry: TinyRegistry, project: Path, tmp_path: Path
) -> None:
    told = push(registry, project)
    kept = digest(SHIPPED["model_arm.nb"])
    registry.blobs[kept] = b"B" + SHIPPED["model_arm.nb"][1:]
    code, _, said = pull(registry, tmp_path / "to")
    assert code == Exit.INTEGRITY and "gives other bytes than were asked for" in said
    assert not (tmp_path / "to").exists()
    # What arrived whole stays, and is not asked for again; what did not is.
    registry.blobs[kept] = SHIPPED["model_arm.nb"]
    registry.asked.clear()
    assert pull(registry, tmp_path / "to")[0] == Exit.OK
    assert len(registry.requests("GET", "blobs/")) < len(told["files"])
    assert left_behind(tmp_path / "to") == []


def test_a_manifest_that_is_not_what_its_digest_says_is_refused(
    registry: TinyRegistry, project: Path, tmp_path: Path
) -> None:
    told = push(registry, project)
    registry.manifests[told["digest"]] = registry.manifests["1"].replace(b'"pass"', b'"best"')
    code, _, said = pull(registry, tmp_path / "to", name=f"@{told['digest']}")
    assert code == Exit.INTEGRITY and "gives other bytes" in said


FALSIFIED: dict[str, Callable[[dict[str, Any]], None]] = {
    "its annotations say": lambda it: it["annotations"].update({"paddock.verdict": "pass"}),
    "no package of Paddock's": lambda it: it.update(artifactType="application/vnd.cncf.helm"),
    "its description is": lambda it: it["config"].update(size=1 << 30),
    "an impossible size": lambda it: it["layers"][0].update(size=3 << 30),
    "not named by its SHA-256": lambda it: it["layers"][0].update(digest="md5:00"),
    "more than 1000": lambda it: it.update(layers=it["layers"] * 200),
    "it has no files": lambda it: it.update(layers=[]),
}


def test_what_somebody_else_made_of_a_manifest_is_refused(
    registry: TinyRegistry, tmp_path: Path
) -> None:
    project = delivered(tmp_path / "project", Verdict.PARITY)
    pushed = registry.manifests[push(registry, project, "--failed")["digest"]]
    for said, falsify in FALSIFIED.items():
        manifest = json.loads(pushed)
        falsify(manifest)
        registry.keep("1", manifest)
        code, _, error = pull(registry, tmp_path / "to", "--failed")
        assert code == Exit.INTEGRITY and said in error
        assert not (tmp_path / "to").exists()


def test_a_package_whose_report_says_another_verdict_is_refused(
    registry: TinyRegistry, tmp_path: Path
) -> None:
    project = delivered(tmp_path / "project", Verdict.PARITY)
    manifest = json.loads(registry.manifests[push(registry, project, "--failed")["digest"]])
    kept = registry.blobs[manifest["config"]["digest"]]
    better = kept.replace(b'"fail-parity"', b'"pass"')
    manifest["config"].update(digest=registry.add(better), size=len(better))
    manifest["annotations"]["paddock.verdict"] = "pass"
    registry.keep("1", manifest)
    code, _, said = pull(registry, tmp_path / "to")
    assert code == Exit.INTEGRITY and "its report says another verdict" in said
    assert not (tmp_path / "to").exists()


@pytest.mark.parametrize("falsified", ["model_arm.nb", "SHA256SUMS", "no model"])
def test_a_package_that_somebody_put_together_of_others_files_is_refused(
    falsified: str, registry: TinyRegistry, project: Path, tmp_path: Path
) -> None:
    manifest = json.loads(registry.manifests[push(registry, project)["digest"]])
    title = "org.opencontainers.image.title"
    if falsified == "no model":
        manifest["layers"] = [it for it in manifest["layers"] if "nb" not in it["mediaType"]]
    else:
        layer = next(it for it in manifest["layers"] if it["annotations"][title] == falsified)
        layer.update(digest=registry.add(b"of somebody"), size=len(b"of somebody"))
    registry.keep("1", manifest)
    code, _, said = pull(registry, tmp_path / "to")
    assert code == Exit.INTEGRITY and "its files are not those that its sums name" in said
    assert not (tmp_path / "to").exists()


def test_a_package_of_an_earlier_paddock_is_told_from_no_package(
    registry: TinyRegistry, project: Path, tmp_path: Path
) -> None:
    manifest = json.loads(registry.manifests[push(registry, project)["digest"]])
    title = "org.opencontainers.image.title"
    layer = next(it for it in manifest["layers"] if it["annotations"][title] == "report.json")
    report = {**json.loads(registry.blobs[layer["digest"]]), "schema_version": 1}
    earlier = json.dumps(report).encode()
    layer.update(digest=registry.add(earlier), size=len(earlier))
    registry.keep("1", manifest)
    code, _, said = pull(registry, tmp_path / "to")
    assert code == Exit.INTEGRITY and "an earlier Paddock pushed it" in said
    assert "push the run again" in said and not (tmp_path / "to").exists()


def test_what_somebody_puts_there_meanwhile_is_left(
    registry: TinyRegistry, project: Path, tmp_path: Path
) -> None:
    push(registry, project)
    to = tmp_path / "to"

    def meanwhile(method: str, path: str, _headers: Mapping[str, str]) -> Answer | None:
        if method == "GET" and path.endswith(digest(SHIPPED["model_arm.nb"])):
            to.mkdir()
            (to / "mine").write_text("mine")
        return None

    registry.instead = meanwhile
    code, _, said = pull(registry, to)
    assert code == Exit.USAGE and "there is something else already" in said
    assert content(to) == {"mine": b"mine"}


def test_a_pull_that_is_interrupted_in_its_last_step_leaves_the_package_before(
    registry: TinyRegistry, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = push(registry, project)["digest"]
    to = tmp_path / "to"
    assert pull(registry, to)[0] == Exit.OK
    shutil.rmtree(project / "out")
    delivered(project, files={**SHIPPED, "model_arm.nb": b"another"})
    push(registry, project)
    rename = Path.rename

    def interrupted(path: Path, target: Path) -> Path:
        if path.name == "tree":
            raise KeyboardInterrupt
        return rename(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", interrupted)
        assert pull(registry, to)[0] == Exit.INTERRUPTED
    assert (to / "model_arm.nb").read_bytes() == SHIPPED["model_arm.nb"]
    said = pull(registry, to)[1]
    assert f"in place of {first}" in said


def test_what_a_killed_pull_had_set_aside_comes_back(
    registry: TinyRegistry, project: Path, tmp_path: Path
) -> None:
    name = push(registry, project)["digest"].removeprefix("sha256:")[:12]
    aside = tmp_path / f".to.pull-{name}" / "before"
    aside.mkdir(parents=True)
    (aside / "mine").write_text("mine")
    assert pull(registry, tmp_path / "to")[0] == Exit.USAGE
    assert content(tmp_path / "to") == {"mine": b"mine"}
    assert left_behind(tmp_path / "to") == []


def test_names_that_lead_out_of_the_folder_or_over_each_other_are_refused() -> None:
    assert (
        parse_manifest(layered("a", "kit/golden/a.bin", "kit/b")).layers[1].title
        == "kit/golden/a.bin"
    )
    ways_out = (
        "../a", "/a", "a/../../b", "a//b", "./a", "a/", "", ".", "..", "a\nb", "a\x1b[2J", "\u202ea",
        ".paddock-package.json", ".git/config", "kit/.envrc", "a" * 300, "a/" * 600 + "a", "\ud800",
    )  # fmt: skip
    for title in ways_out:
        with pytest.raises(PackageRefused, match="leads elsewhere"):
            parse_manifest(layered(title))
    for titles in (("a", "a"), ("A", "a"), ("a", "a/b"), ("a/b/c", "A/B")):
        with pytest.raises(PackageRefused, match="is in it twice"):
            parse_manifest(layered(*titles))


def test_a_run_that_failed_is_neither_pushed_nor_pulled_unless_that_is_meant(
    registry: TinyRegistry, tmp_path: Path
) -> None:
    project = delivered(tmp_path / "project", Verdict.PARITY)
    address = f"{registry.name}/me/plates:1"
    done = call("push", address, project)
    assert done.returncode == Exit.USAGE and "of the run that failed: --failed" in done.stderr
    assert registry.manifests == {}
    push(registry, project, "--failed")
    code, _, said = pull(registry, tmp_path / "to")
    assert code == Exit.PARITY and "FAIL by parity" in said and "strings differ" in said
    assert "--failed" in said and not (tmp_path / "to").exists()
    code, said, _ = pull(registry, tmp_path / "to", "--failed")
    assert code == Exit.OK and "✘ plates, run run-1: FAIL by parity" in said


def test_of_a_run_that_failed_in_part_the_same_holds(
    registry: TinyRegistry, tmp_path: Path
) -> None:
    project = delivered(tmp_path / "project", Verdict.PART)
    done = call("push", f"{registry.name}/me/plates:1", project)
    assert done.returncode == Exit.PARITY and "FAIL in part" in done.stderr
    assert push(registry, project, "--failed")["verdict"] == "fail-in-part"


def test_a_file_that_was_changed_since_is_not_pushed(registry: TinyRegistry, project: Path) -> None:
    (project / "out" / "model_arm.nb").write_bytes(b"the stock model")
    done = call("push", f"{registry.name}/me/plates:1", project)
    assert done.returncode == Exit.INTEGRITY and "model_arm.nb was changed" in done.stderr
    assert registry.asked == []


def test_a_delivery_in_the_middle_of_a_push_is_found(registry: TinyRegistry, project: Path) -> None:
    arm = project / "out" / "model_arm.nb"
    changes: list[Callable[[], object]] = [lambda: arm.write_bytes(b"ARM" * 5000), arm.unlink]
    for change in changes:

        def meanwhile(
            method: str,
            path: str,
            _headers: Mapping[str, str],
            change: Callable[[], object] = change,
        ) -> Answer | None:
            if method == "HEAD" and "manifests" in path:
                change()
            return None

        registry.instead = meanwhile
        done = call("push", f"{registry.name}/me/plates:1", project)
        assert done.returncode == Exit.INTEGRITY and "model_arm.nb" in done.stderr
        assert "push it again" in done.stderr and registry.manifests == {}
        arm.write_bytes(SHIPPED["model_arm.nb"])


def test_nothing_is_asked_for_where_there_is_no_room(
    registry: TinyRegistry, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(registry, project)
    registry.asked.clear()
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr("pipeline.package.pull.shutil.disk_usage", lambda _path: usage)
    code, _, said = pull(registry, tmp_path / "to")
    assert code == Exit.USAGE and "1.0 kB are free" in said
    assert len(registry.requests("GET", "blobs/")) == 1  # the description


def test_what_broke_off_is_asked_for_again(
    registry: TinyRegistry, project: Path, tmp_path: Path
) -> None:
    push(registry, project)
    arm = digest(SHIPPED["model_arm.nb"])
    broken: list[str] = []

    def once(method: str, path: str, _headers: Mapping[str, str]) -> Answer | None:
        if method == "GET" and path.endswith(arm) and not broken:
            broken.append(path)
            return 200, {"Content-Length": str(len(SHIPPED["model_arm.nb"]))}, b"arm"
        return None

    registry.instead = once
    assert pull(registry, tmp_path / "to")[0] == Exit.OK and broken


def test_the_revision_is_the_commit_that_has_the_lock_whatever_came_after(tmp_path: Path) -> None:
    def git(*words: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false")
        done = subprocess.run(
            ["git", *who, *words], cwd=tmp_path, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    assert lock_revision(tmp_path / "paddock.lock") == ""
    git("init", "-q")
    lock = tmp_path / "paddock.lock"
    lock.write_text("one")
    assert lock_revision(tmp_path / "paddock.lock") == ""
    git("add", "."), git("commit", "-qm", "lock")
    first = git("rev-parse", "HEAD")
    (tmp_path / "README").write_text("more")
    git("add", "."), git("commit", "-qm", "more")
    assert lock_revision(tmp_path / "paddock.lock") == first
    lock.write_text("two")
    assert lock_revision(tmp_path / "paddock.lock") == ""
