"""The stages of a run again, by hand: ``docker run`` with the same image, spec, limits and volumes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from clock import timed
from runs import Measured, Span

from pipeline.compose.file import Service
from pipeline.plan.workspace import workspace_of
from pipeline.project import Project
from stages.contract import RESULT_FILE, WORKSPACE


class ByHand:
    """Runs the specs that a run of Paddock left in the workspace, into result folders of its own."""

    def __init__(self, project: Project, environ: Mapping[str, str], run: str, name: str) -> None:
        self._limits = project.settings.limits
        self._workspace = workspace_of(project, environ)
        self._run, self._name = run, name

    def measure(self, stages: Sequence[str]) -> Measured:
        """Run ``stages`` one after the other and time each ``docker run``."""
        return Measured(self._name, 0.0, {stage: self._stage(stage) for stage in stages})

    def _stage(self, stage: str) -> Span:
        service = self._workspace.compose.services[stage]
        spec = json.loads(self._shell(service, f"cat {self._folder(self._run, stage)}/spec.json"))
        spec["output"] = str(WORKSPACE / "results" / stage / self._name)
        folder = self._folder(self._name, stage)
        self._shell(service, f"mkdir -p {folder} && cat > {folder}/spec.json", json.dumps(spec))
        command = [*self._docker_run(service), service.image, stage, f"{folder}/spec.json"]
        wall = timed(command).seconds
        result = json.loads(self._shell(service, f"cat {spec['output']}/{RESULT_FILE}"))
        return Span(wall, result["seconds"])

    def python(
        self, stage: str, program: str, *words: str, environ: Mapping[str, str] | None = None
    ) -> str:
        """Run a Python program in a stage's image, with the stage's limits; return what it printed."""
        service = self._workspace.compose.services[stage]
        variables = [f"--env={name}={value}" for name, value in (environ or {}).items()]
        command = [*self._docker_run(service), *variables, "-i", "--entrypoint", "python"]
        command += [service.image, "-"]
        return timed([*command, *words], stdin=program).stdout

    @staticmethod
    def _folder(run: str, stage: str) -> PurePosixPath:
        return WORKSPACE / "runs" / run / stage

    def _shell(self, service: Service, script: str, stdin: str = "") -> str:
        """Run a line of sh on the workspace; not timed."""
        command = [*self._docker_run(service), "-i", "--entrypoint", "sh", service.image]
        return timed([*command, "-c", script], stdin=stdin).stdout

    def _docker_run(self, service: Service) -> list[str]:
        """Return what a careful person types: compose.yaml's hardening, the project's limits."""
        cpus = self._limits.cpus or service.cpus or 1.0
        memory = self._limits.memory_bytes or service.mem_limit
        words = [
            "docker",
            "run",
            "--rm",
            "--init",
            "--read-only",
            "--network",
            service.network_mode,
        ]
        words += [
            "--user",
            service.user,
            "--cpus",
            str(cpus),
            "--pids-limit",
            str(service.pids_limit),
        ]
        words += ["--memory", str(memory), "--memory-swap", str(memory)]
        words += ["--shm-size", str(service.shm_size)]
        words += [f"--tmpfs={path}:{options}" for path, options in service.tmpfs.items()]
        words += [f"--cap-drop={name}" for name in service.cap_drop]
        words += [f"--security-opt={option}" for option in service.security_opt]
        for mount in service.volumes:
            volume = self._workspace.volumes[mount.volume]
            words.append(f"--volume={volume}:{mount.target}{':ro' if mount.read_only else ''}")
        return words
