import { type JobsReading } from '../api/jobs';
import { type Source } from '../api/sources';
import { type Aftermath, type ApprovalList, type AuditRow, type Support } from '../api/types';
import { type Kept } from './refresh';

/** All that a page knows of one coordinator. */
export interface CoordinatorState {
  source: Source;
  support: Kept<Support>;
  jobs: Kept<JobsReading>;
  /** Asked for only where the user may read it. */
  audit: Kept<AuditRow[]>;
  /** Asked for only where the user may act, or read the audit trail. */
  approvals: Kept<ApprovalList>;
  /** Asked for only where the user may read the audit trail. */
  aftermath: Kept<Aftermath>;
}
