"""Running one stage in one container: create, hand in the spec, attach, start, pump, stop, remove."""

from __future__ import annotations

import contextlib
import io
import math
import os
import socket
import ssl
import struct
import tarfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from docker import DockerClient
from docker.errors import APIError, DockerException, NotFound
from docker.models.containers import Container
from docker.types import DeviceRequest, Mount
from docker.utils.socket import STDOUT

from pipeline.compose.file import Service
from pipeline.engine.errors import translated
from pipeline.engine.usage import Meter, Usage
from pipeline.errors import PaddockError
from stages.contract import ATTENDED, WORKSPACE
from stages.message import msg

#: uid and gid of the images' user; what goes into a volume belongs to it.
OWNER = 10001
#: Poll for the order to stop this often, in seconds.
_POLL = 0.1


@dataclass(frozen=True)
class Job:
    """What to run. ``volumes`` maps compose.yaml's volume keys to names on the engine.

    With ``read_only`` nothing of them can be written; ``entrypoint`` is the image's own if it is empty.
    Of devices that its service reserves the container has so many; -1 is all.
    """

    service: Service
    image: str
    name: str
    command: tuple[str, ...]
    volumes: Mapping[str, str]
    labels: Mapping[str, str]
    nano_cpus: int | None = None
    mem_limit: int | None = None
    read_only: bool = False
    entrypoint: tuple[str, ...] = ()
    devices: int = -1


@dataclass(frozen=True)
class Exited:
    """How a container ended; of one that somebody ``removed`` there is no code."""

    code: int
    out_of_memory: bool
    stopped: bool
    removed: bool = False


@dataclass(frozen=True)
class Labelled:
    """A container that carries a label: its name, the label's value, and whether a process is in it."""

    name: str
    value: str
    is_running: bool


@dataclass(frozen=True)
class Sink:
    """Where a container's bytes go, as they arrive; and what it uses, if anybody wants to know."""

    stdout: Callable[[bytes], None]
    stderr: Callable[[bytes], None]
    usage: Callable[[Usage], None] | None = None


class Containers:
    """Paddock's containers on one engine."""

    def __init__(self, client: DockerClient) -> None:
        self._client = client

    def run(
        self,
        job: Job,
        files: Mapping[PurePosixPath, bytes],
        sink: Sink,
        stop: Callable[[], int],
    ) -> Exited:
        """Run ``job`` to its end and remove its container, whatever happens.

        Args:
            job: the container.
            files: written into its volumes before it starts.
            sink: gets what it prints, and what it uses.
            stop: asked ten times a second how often a stop was ordered: once sends SIGTERM, and
                SIGKILL after the grace time; twice sends SIGKILL.

        Raises:
            EngineError: the engine refused, or went away.
        """
        with translated(msg("running {job}", job.name)):
            container = self._create(job)
            with removing(lambda: container):
                for path, data in files.items():
                    archive = tar_of(path.relative_to(WORKSPACE), data)
                    container.put_archive(str(WORKSPACE), archive)
                return self._attend(container, job, sink, stop)

    def _create(self, job: Job) -> Container:
        service = job.service
        return self._client.containers.create(
            job.image,
            list(job.command),
            entrypoint=list(job.entrypoint) or None,
            name=job.name,
            labels={**service.labels, **job.labels},
            mounts=[
                Mount(
                    item.target,
                    job.volumes[item.volume],
                    read_only=item.read_only or job.read_only,
                )
                for item in service.volumes
            ],
            user=service.user or None,
            network_mode=service.network_mode,
            read_only=service.read_only,
            tmpfs=dict(service.tmpfs),
            cap_drop=list(service.cap_drop),
            security_opt=list(service.security_opt),
            pids_limit=service.pids_limit,
            mem_limit=job.mem_limit or service.mem_limit,
            memswap_limit=job.mem_limit or service.mem_limit,
            nano_cpus=job.nano_cpus or round((service.cpus or 0) * 1e9) or None,
            shm_size=service.shm_size,
            init=service.init,
            stdin_open=True,
            environment={ATTENDED: "1"},
            device_requests=[
                DeviceRequest(
                    driver=item.driver, count=job.devices, capabilities=[list(item.capabilities)]
                )
                for item in service.devices
            ],
        )

    def _attend(
        self, container: Container, job: Job, sink: Sink, stop: Callable[[], int]
    ) -> Exited:
        # Attached before the start: nothing that the container prints can be missed.
        pump = _Pump(frames(container), sink)
        container.start()
        pump.start()
        stopping = _Stopping(container, job.service.stop_grace_period)
        with Meter(container, sink.usage) if sink.usage else contextlib.nullcontext():
            while pump.is_alive():
                pump.join(_POLL)
                stopping.obey(stop())
        pump.raise_error()
        return _ended(container, stopping.begun)

    def labelled(self, label: str) -> list[Labelled]:
        """Return the containers that carry ``label``, in whatever state."""
        with translated(msg("listing containers")):
            found = self._client.containers.list(
                all=True, filters={"label": label}, ignore_removed=True
            )
            return [
                Labelled(str(item.name), str(item.labels.get(label)), item.status == "running")
                for item in found
            ]

    def remove_labelled(self, labels: Mapping[str, str]) -> list[str]:
        """Stop and remove the containers that carry all of ``labels``; return their names."""
        wanted = [f"{key}={value}" if value else key for key, value in labels.items()]
        with translated(msg("looking for leftover containers")):
            found = self._client.containers.list(
                all=True, filters={"label": wanted}, ignore_removed=True
            )
            for container in found:
                remove(container)
            return [str(container.name) for container in found]


def _ended(container: Container, stopped: bool) -> Exited:
    """Ask how a container ended; again, if an engine falters that has worked for hours."""
    for again in (True, True, False):
        try:
            code = int(container.wait(timeout=30)["StatusCode"])
            container.reload()
        except NotFound:
            return Exited(-1, out_of_memory=False, stopped=stopped, removed=True)
        except (DockerException, OSError):
            if not again:
                raise
            time.sleep(1)
        else:
            break
    return Exited(code, bool(container.attrs["State"].get("OOMKilled")), stopped)


#: What a container printed: where to (1 is stdout), and the bytes.
_Frame = tuple[int, bytes]


def frames(container: Container) -> Iterator[_Frame]:
    """Attach to a container, and give what it prints from then on, to its end.

    Not by the SDK's own reader: it waits for the socket, and so overlooks what TLS has decrypted already.
    """
    # Its stdin is never written to: the engine closes it when this connection ends, so a stage knows that it
    # is left alone.
    wanted = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
    attached: object = container.attach_socket(params=wanted)
    if isinstance(attached, ssl.SSLSocket):
        connection: socket.socket = attached
    else:
        connection = socket.socket(fileno=os.dup(cast(socket.SocketIO, attached).fileno()))
    connection.settimeout(None)  # a stage may be silent for long
    return frames_in(connection.makefile("rb"), attached)


def frames_in(stream: BinaryIO, _kept: object = None) -> Iterator[_Frame]:
    """Read frames: a byte for the stream, three of nothing, four for the size, the bytes.

    Args:
        stream: of such frames.
        _kept: the SDK's own end, which closes the connection when nobody has it any more.
    """
    with stream:
        while len(header := stream.read(8)) == 8:
            kind, size = struct.unpack(">BxxxL", header)
            yield kind, stream.read(size)


class _Stopping:
    """SIGTERM at the first order, SIGKILL when the grace time is over or the order is repeated."""

    def __init__(self, container: Container, grace: float) -> None:
        self._container, self._grace, self._deadline = container, grace, math.inf
        self.begun = False

    def obey(self, orders: int) -> None:
        """Do what ``orders`` (how often a stop was asked for) calls for now."""
        if orders and not self.begun:
            self.begun = True
            self._deadline = time.monotonic() + self._grace
            self._signal("SIGTERM")
        elif self.begun and (orders > 1 or time.monotonic() > self._deadline):
            self._deadline = math.inf
            self._signal("SIGKILL")

    def _signal(self, name: str) -> None:
        with contextlib.suppress(APIError):  # it ended by itself in the meantime
            self._container.kill(name)


class _Pump(threading.Thread):
    """Carries a container's output to its sink; a sink that fails ends it, and says so."""

    def __init__(self, stream: Iterable[_Frame], sink: Sink) -> None:
        super().__init__(daemon=True)
        self._stream, self._sink = stream, sink
        self._error: OSError | None = None

    def run(self) -> None:
        for where, data in self._frames():
            try:
                (self._sink.stdout if where == STDOUT else self._sink.stderr)(data)
            except OSError as error:
                self._error = error
                return

    def _frames(self) -> Iterator[_Frame]:
        # If the connection breaks, what became of the container is told by whoever asks for its exit code.
        with contextlib.suppress(OSError):
            yield from self._stream

    def raise_error(self) -> None:
        """Raise what the sink failed with: the host's disk, not the engine's.

        Raises:
            PaddockError: events or log could not be written.
        """
        if self._error is not None:
            message = msg("cannot write the run's events and log: {strerror}", self._error.strerror)
            remedy = msg("free space where the project is; the same command goes on from there")
            raise PaddockError(message, str(self._error.filename or ""), remedy) from self._error


@contextlib.contextmanager
def removing(container: Callable[[], Container]) -> Iterator[None]:
    """Remove a container after the block, if that can be done: else it is the next run's first work.

    Hours of a stage are not lost because of it, and of what breaks, the first is told.
    """
    try:
        yield
    finally:
        with contextlib.suppress(DockerException, OSError):
            remove(container())


def remove(container: Container) -> None:
    """Remove a container in whatever state it is; one that is gone already is fine."""
    try:
        container.remove(force=True, v=False)
    except NotFound:
        return


def tar_of(path: PurePosixPath, data: bytes) -> bytes:
    """Return a tar archive with one file, and the folders above it, that the images' user owns."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for folder in reversed(path.parents[:-1]):
            archive.addfile(folder_entry(folder.as_posix()))
        archive.addfile(file_entry(path.as_posix(), len(data)), io.BytesIO(data))
    return buffer.getvalue()


def file_entry(name: str, size: int) -> tarfile.TarInfo:
    """Return the header of a regular file that the images' user owns."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o644, int(time.time())
    entry.uid = entry.gid = OWNER
    return entry


def folder_entry(name: str) -> tarfile.TarInfo:
    """Return the header of a folder that the images' user owns."""
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.mtime = tarfile.DIRTYPE, 0o755, int(time.time())
    entry.uid = entry.gid = OWNER
    return entry
