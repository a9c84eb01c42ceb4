import { type JobRow } from '../model/jobs';
import { type SupportAnswer } from './availability';

/** What is the same for every row of one answer. */
export interface JobsOrigin {
  /** The data source; undefined where it cannot be told, so that nothing can be asked of it. */
  uid?: string;
  /** The name of the data source, where the table has a column for it. */
  name?: string;
  /** The page that shows this coordinator alone; absent where there is none. */
  href?: string;
  /** When the answer came, in milliseconds since 1970 by the browser's clock. */
  receivedAt: number;
  /** When the server answered by its own clock; undefined where it does not say. */
  answeredAt?: number;
  /** Whether the rows show the present; otherwise every state is UNKNOWN. */
  present: boolean;
  /** What is known of what the user may ask; undefined where no coordinator is known. */
  support?: SupportAnswer;
}

/** A job with where it comes from. */
export interface JobEntry {
  row: JobRow;
  origin: JobsOrigin;
}

/** The same for the same job of the same answer and of later ones. */
export function keyOf({ row, origin }: JobEntry): string {
  return JSON.stringify([origin.uid, row.cluster, row.id, row.createTime]);
}
