import { BehaviorSubject, type Observable } from 'rxjs';

import { type CoordinatorClient } from '../api/client';
import { toFailure, type Failure } from '../api/failure';
import { type Dismissal } from '../api/types';
import { isReason } from './readiness';

/** A lost job as the page shows it. */
export interface LostJob {
  jobId: string;
  jobName: string;
  /** The episode by which it is dismissed: one that was found again meanwhile has another. */
  episode: string;
}

export type DismissState =
  | { phase: 'asking'; reason: string; failure?: Failure }
  | { phase: 'sending'; reason: string }
  | { phase: 'done'; dismissal: Dismissal };

/**
 * One opened dialog that dismisses a lost job. It sends one request for one call; one whose answer was lost may be sent
 * again by the user, since the server dismisses an episode once.
 */
export class DismissSession {
  private readonly states = new BehaviorSubject<DismissState>({ phase: 'asking', reason: '' });

  constructor(
    readonly job: LostJob,
    private readonly client: CoordinatorClient
  ) {}

  get state$(): Observable<DismissState> {
    return this.states;
  }

  get state(): DismissState {
    return this.states.value;
  }

  typeReason(reason: string): void {
    if (this.state.phase === 'asking') {
      this.states.next({ ...this.state, reason });
    }
  }

  /** Dismisses, if the reason is long enough; a second call while the first is on its way does nothing. */
  dismiss(): void {
    const { state } = this;
    if (state.phase !== 'asking' || !isReason(state.reason)) {
      return;
    }
    const { reason } = state;
    this.states.next({ phase: 'sending', reason });
    this.client.dismiss(this.job.jobId, { episode: this.job.episode, reason: reason.trim() }).subscribe({
      next: (dismissal) => this.states.next({ phase: 'done', dismissal }),
      error: (error: unknown) => this.states.next({ phase: 'asking', reason, failure: toFailure(error) }),
    });
  }
}
