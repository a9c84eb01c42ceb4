import { rowsAt, type Job } from '../domain/job.ts';
import type { Json } from './answer.ts';

/** Bytes of a row of the engine's own test source; other tables have a few times that. */
const ROW_BYTES = 9;

/** A job's counters at a virtual time, all of them strings. 2.3.8 counts no commits and names tables alone. */
export function jobMetrics(job: Job, now: number, dialect: '2.3.8' | '2.3.13'): Json {
  const rows = rowsAt(job, now);
  const until = Math.min(now, job.finishedAt ?? now);
  const seconds = Math.max(1, (until - (job.startedAt ?? until)) / 1000);
  const rate = rows / seconds;
  const count = String(rows);
  const bytes = String(rows * ROW_BYTES);
  const perSecond = decimal(rate);
  const bytesPerSecond = decimal(rate * ROW_BYTES);
  const modern = dialect === '2.3.13';
  const source = modern ? `Source[0].${job.table}` : job.table;
  const sink = modern ? `Sink[0].${job.table}` : job.table;
  const started = job.startedAt !== null;
  return {
    TableSourceReceivedCount: byTable(started, source, count),
    TableSourceReceivedQPS: byTable(started, source, perSecond),
    ...(modern && { SinkCommittedCount: count }),
    TableSinkWriteQPS: byTable(started, sink, perSecond),
    TableSinkWriteCount: byTable(started, sink, count),
    ...(modern && { TableSinkCommittedQPS: byTable(started, sink, perSecond) }),
    ...(!modern && { SinkWriteCount: count }),
    SinkWriteBytesPerSeconds: bytesPerSecond,
    TableSinkWriteBytesPerSeconds: byTable(started, sink, bytesPerSecond),
    ...(modern && {
      TableSinkCommittedBytesPerSeconds: byTable(started, sink, bytesPerSecond),
      IntermediateQueueSize: '0',
      SinkCommittedBytesPerSeconds: bytesPerSecond,
    }),
    ...(!modern && { SinkWriteQPS: perSecond }),
    SourceReceivedBytes: bytes,
    ...(!modern && { SourceReceivedBytesPerSeconds: bytesPerSecond }),
    SourceReceivedCount: count,
    ...(!modern && {
      SourceReceivedQPS: perSecond,
      TableSourceReceivedBytesPerSeconds: byTable(started, source, bytesPerSecond),
    }),
    TableSourceReceivedBytes: byTable(started, source, bytes),
    ...(modern && {
      SinkCommittedBytes: bytes,
      SinkCommittedQPS: perSecond,
      TableSinkCommittedBytes: byTable(started, sink, bytes),
      SinkWriteCount: count,
      SinkWriteQPS: perSecond,
      TableSinkCommittedCount: byTable(started, sink, count),
      SourceReceivedBytesPerSeconds: bytesPerSecond,
      SourceReceivedQPS: perSecond,
      TableSourceReceivedBytesPerSeconds: byTable(started, source, bytesPerSecond),
    }),
    SinkWriteBytes: bytes,
    TableSinkWriteBytes: byTable(started, sink, bytes),
  };
}

/** As Java prints a double: "0.0" for none. */
function decimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** A job whose tasks were not deployed yet has no tables. */
function byTable(started: boolean, name: string, value: string): Json {
  return started ? { [name]: value } : {};
}
