"""Executing one stage: inputs up, container through, events and log down, result back."""

from __future__ import annotations

import io
import json
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline.engine.containers import Exited, Job, Sink
from pipeline.engine.usage import Usage
from pipeline.engine.volumes import VolumeClient
from pipeline.errors import EngineError, IntegrityFailed, PaddockError, StageFailed
from pipeline.plan.inputs import FromProject
from pipeline.plan.planner import FORCED, Step
from pipeline.plan.wiring import Wire
from pipeline.plan.workspace import RUN_LABEL, STAGE_LABEL, result_folder
from pipeline.record.events import EventLog, Noted, ResourcesUsed, StageStarted
from pipeline.record.ledger import Components
from pipeline.record.rotating import RotatingLog
from pipeline.run.own_names import OwnNames
from pipeline.run.place import Stop
from pipeline.run.prepare import Prepared
from pipeline.run.sharing import Sharing
from pipeline.run.uploading import Uploading
from stages.contract import (
    MANIFEST_FILE,
    RESULT_FILE,
    WORKSPACE,
    Artifact,
    Exit,
    Failed,
    Input,
    Result,
    Spec,
    Warned,
    decode_event,
    digests_of,
)
from stages.message import msg
from stages.pitfalls import Pitfall

#: What a container ends with that SIGKILL ended.
_KILLED = 128 + signal.SIGKILL


@dataclass(frozen=True)
class Made:
    """What a stage left: its result, and ``result.json`` itself by size and hashes."""

    result: Result
    file: Artifact


class Executor:
    """Runs stages of one run, one after the other."""

    def __init__(
        self,
        prepared: Prepared,
        run: str,
        log: EventLog,
        volumes: VolumeClient,
        sharing: Sharing,
    ) -> None:
        self._sharing = sharing
        self._project, self._place = prepared.project, prepared.place
        self._surroundings = prepared.planner.surroundings
        self._run, self._log, self._volumes = run, log, volumes

    def execute(
        self, step: Step, components: Components, results: Mapping[str, Result], stop: Stop
    ) -> Made:
        """Run the step's stage and return its result.

        Args:
            step: says which, and why it runs.
            components: of its key; all its inputs are made.
            results: of the stages before it.
            stop: asked how often a stop was ordered.

        Raises:
            StageFailed: the stage said why, or died.
            IntegrityFailed: the stage found a hash, dictionary or version that differs.
            EngineError: the engine refused or went away.
        """
        wire = step.wire
        with self._sharing.uploading:
            self._upload(wire, again=step.reason == FORCED)
        spec = self._spec(wire, components, results)
        log_path = self._project.state / "runs" / self._run / f"{wire.stage}.log"
        image_id = self._place.images[wire.stage].id
        started = StageStarted(
            components.key, step.reason, components.image, str(log_path), image_id
        )
        self._log.say(started, wire.stage)
        with RotatingLog(log_path) as stream:
            listener = _Listener(wire.stage, self._log, stream, self._own_names(wire))
            exited = self._run_container(wire.runs_in, spec, listener, stop)
        if exited.code != Exit.OK:
            raise _failure(wire.stage, exited, listener.failed, log_path)
        return self._result(spec)

    def _own_names(self, wire: Wire) -> OwnNames:
        given = (item.upload for item in wire.inputs.values() if isinstance(item, FromProject))
        return OwnNames(given, self._project.folder)

    def _upload(self, wire: Wire, *, again: bool) -> None:
        """Put what is not in the inputs volume there; all of it ``again`` to mend what was changed there."""
        for source in wire.inputs.values():
            if not isinstance(source, FromProject):
                continue
            upload = source.upload
            if upload.folder in self._sharing.uploaded:
                continue  # a run beside this one may be reading it
            if again or not self._volumes.has(upload.folder / MANIFEST_FILE):
                note = msg("uploading {files} files: {made_by}", len(upload.files), upload.made_by)
                self._log.say(Noted(note), wire.stage)
                uploading = Uploading(
                    len(upload.files), lambda text: self._log.say(Noted(text), wire.stage)
                )
                self._volumes.put_tree(
                    upload.folder, upload.files, upload.manifest, uploading.advance
                )
            self._sharing.uploaded.add(upload.folder)

    def _spec(self, wire: Wire, components: Components, results: Mapping[str, Result]) -> Spec:
        return Spec(
            stage=wire.stage,
            key=components.key,
            output=str(result_folder(wire.stage, components.key)),
            parameters=dict(wire.parameters),
            inputs=inputs_of(wire, results),
            seed=self._surroundings.seed,
            threads=self._surroundings.threads[wire.stage],
            kernels=self._surroundings.kernels,
        )

    def _run_container(self, service: str, spec: Spec, listener: _Listener, stop: Stop) -> Exited:
        workspace, limits = self._place.workspace, self._project.settings.limits
        spec_path = WORKSPACE / "runs" / self._run / spec.stage / "spec.json"
        job = Job(
            service=workspace.compose.services[service],
            image=self._place.images[spec.stage].id,
            name=f"paddock-{workspace.identity}-{spec.stage}-{self._run}",
            command=(spec.stage, str(spec_path)),
            volumes=workspace.volumes,
            labels={**workspace.labels, RUN_LABEL: self._run, STAGE_LABEL: spec.stage},
            nano_cpus=round(limits.cpus * 1e9) if limits.cpus else None,
            mem_limit=limits.memory_bytes,
            devices=self._project.settings.train.devices,
        )
        sink = Sink(listener.take_events, listener.take_log, listener.take_usage)
        files = {spec_path: spec.dump().encode("utf-8")}
        return self._place.engine.containers.run(job, files, sink, stop)

    def _result(self, spec: Spec) -> Made:
        buffer = io.BytesIO()
        self._volumes.fetch(PurePosixPath(spec.output) / RESULT_FILE, buffer)
        found = digests_of(buffer.getvalue())
        file = Artifact(RESULT_FILE, found.size, found.md5, found.sha256)
        try:
            return Made(Result.from_json(json.loads(buffer.getvalue())), file)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise IntegrityFailed(
                msg("what the {stage} stage left as its result cannot be read", spec.stage),
                f"{spec.output}/{RESULT_FILE}",
                msg("make it again: paddock --batch --force {stage}", spec.stage),
                Pitfall.CHANGED_ARTIFACT,
            ) from error


def inputs_of(wire: Wire, results: Mapping[str, Result]) -> tuple[Input, ...]:
    """Return what a stage takes, as its spec says it; ``results`` are those of the stages before it."""
    return tuple(
        source.as_input(name)
        if isinstance(source, FromProject)
        else made_input(name, source.artifact, results[source.stage])
        for name, source in wire.inputs.items()
    )


def made_input(name: str, artifact: str, result: Result) -> Input:
    """Return an artifact as an input called ``name``."""
    made = result.artifact(artifact)
    path = result_folder(result.stage, result.key) / artifact
    return Input(name, str(path), made.sha256, result.stage)


@dataclass
class _Listener:
    """Takes a container's bytes: whole lines of stdout are events, stderr is the log."""

    stage: str
    log: EventLog
    stream: RotatingLog
    own_names: OwnNames
    failed: Failed | None = None
    _rest: bytes = b""

    def take_log(self, data: bytes) -> None:
        self.stream.write(data)

    def take_events(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._take_line(line)

    def take_usage(self, usage: Usage) -> None:
        event = ResourcesUsed(usage.cpu, usage.memory, usage.memory_limit)
        self.log.say(event, self.stage)

    def _take_line(self, line: bytes) -> None:
        try:
            event = decode_event(line.decode("ascii"))
        except ValueError:
            self.stream.write(line + b"\n")  # not ours to interpret: keep it where a person looks
            return
        if isinstance(event, Failed):
            event = self.failed = self.own_names.of(event)
        elif isinstance(event, Warned):
            event = self.own_names.of(event)
        self.log.say(event, self.stage)


def _failure(stage: str, exited: Exited, said: Failed | None, log: Path) -> PaddockError:
    if exited.out_of_memory:
        remedy = msg("raise limits.memory in paddock.toml, or lower the batch size")
        return StageFailed(msg("the {stage} stage ran out of memory", stage), str(log), remedy)
    if exited.removed or (said is None and exited.code == _KILLED):
        how = msg("removed") if exited.removed else msg("killed (SIGKILL)")
        return StageFailed(
            msg("somebody, or the machine, {how} the container of the {stage} stage", how, stage),
            str(log),
            msg("run the same command again: it goes on from there"),
        )
    if said is None and exited.code == Exit.TERMINATED and not exited.stopped:
        return EngineError(
            msg("the connection to the engine broke off, and the {stage} stage stopped", stage),
            str(log),
            msg("see whether it still runs (`docker info`), then run the same command again"),
        )
    if said is None:
        remedy = msg("its log has the details")
        return StageFailed(
            msg("the {stage} stage ended with code {code}", stage, exited.code), str(log), remedy
        )
    kind = IntegrityFailed if said.code == Exit.INTEGRITY else StageFailed
    return kind(said.message, said.where or str(log), said.remedy, said.pitfall)
