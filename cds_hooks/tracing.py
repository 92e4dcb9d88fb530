"""The one home of OpenTelemetry: a span for each call, where it is switched on.

A span holds the service, the status and counts: never a value of a call. Where it is sent is said
in OpenTelemetry's own environment variables, such as OTEL_EXPORTER_OTLP_ENDPOINT.
"""

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode

from cds_hooks.clock import Clock
from cds_hooks.live import Live
from cds_hooks.traffic import Call, Traffic


class Tracing:
    """Sends a span for every call that an app answers, until it is closed."""

    def __init__(
        self, live: Live, traffic: Traffic, clock: Clock, exporter: SpanExporter | None = None
    ) -> None:
        """``exporter`` sends the spans; without one they go to a collector over HTTP."""
        self._live, self._clock = live, clock
        # Nothing of the machine or its command line is added, as the library would by itself.
        about = Resource({SERVICE_NAME: "good-day"})
        self._provider = TracerProvider(resource=about, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("good-day")
        traffic.told.append(self._called)

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()

    def _called(self, call: Call) -> None:
        """One call, at its end: a span that begins when it began."""
        ended = int(self._clock().timestamp() * 1e9)
        span = self._tracer.start_span(
            call.kind,
            kind=SpanKind.SERVER,
            start_time=ended - int(call.seconds * 1e9),
            attributes={
                "goodday.service": call.service if self._live.had(call.service) else "none",
                "goodday.rules": call.rules,
                "goodday.cards": call.cards,
                "http.response.status_code": call.status,
            },
        )
        if call.status >= 500:
            span.set_status(Status(StatusCode.ERROR))
        span.end(ended)
