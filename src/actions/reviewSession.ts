import { BehaviorSubject, Subscription, switchMap, timer, type Observable } from 'rxjs';

import { type CoordinatorClient } from '../api/client';
import { toFailure } from '../api/failure';
import { type Action, type Approval } from '../api/types';
import { NOTHING_TYPED } from './states';
import { reduceReview, reviewOpened, reviewWarnings, type ReviewEvent, type ReviewState } from './reviewMachine';
import { ActionSession } from './session';

/** Milliseconds between two readings of the request: often enough that nobody decides what is decided. */
const READ_EVERY = 5_000;
/** While nobody knows whether the approval arrived. */
const READ_LOST_EVERY = 2_000;
const READ_EVERY_AT_MOST = 15_000;

/** One opened review: it sends one decision for one call, and never repeats one. */
export class ReviewSession {
  private readonly states: BehaviorSubject<ReviewState>;
  private reading = Subscription.EMPTY;
  private started = false;
  private following?: ActionSession;

  /** @param uid the data source of the coordinator that the request is about. */
  constructor(
    private readonly uid: string,
    approval: Approval,
    private readonly client: CoordinatorClient,
    private readonly now: () => number = Date.now
  ) {
    this.states = new BehaviorSubject<ReviewState>(reviewOpened(approval, now()));
  }

  get state$(): Observable<ReviewState> {
    return this.states;
  }

  get state(): ReviewState {
    return this.states.value;
  }

  /** The session that follows the act which the approval led to; undefined while there is none. */
  get followed(): ActionSession | undefined {
    const { state } = this;
    if (state.phase !== 'done' || state.approval.state !== 'approved') {
      return undefined;
    }
    const actionId = state.action?.id ?? state.approval.actionId;
    if (actionId && !this.following) {
      this.following = this.follow(actionId, state.approval, state.action);
    }
    return this.following;
  }

  start(): void {
    if (!this.started) {
      this.started = true;
      this.readOn();
    }
  }

  /** Stops reading. A decision that is on its way is left alone. */
  stop(): void {
    this.started = false;
    this.reading.unsubscribe();
  }

  typePhrase(phrase: string): void {
    this.dispatch({ type: 'phrase typed', phrase });
  }

  typeReason(reason: string): void {
    this.dispatch({ type: 'reason typed', reason });
  }

  acknowledge(guard: string, reason: string, acknowledged: boolean): void {
    this.dispatch({ type: 'warning acknowledged', guard, reason, acknowledged });
  }

  /** Approves, if nothing is missing; a second call while the first is on its way does nothing. */
  approve(): void {
    if (!this.begin('approve') || this.state.phase !== 'open') {
      return;
    }
    const { approval, typed } = this.state;
    const acknowledged = reviewWarnings(this.state).map(({ guard }) => guard);
    this.client.approve(approval.id, { phrase: typed.phrase, acknowledged }).subscribe({
      next: (decision) => this.dispatch({ type: 'decided', approval: decision.approval, action: decision.action }),
      error: (error: unknown) => this.failed(error),
    });
  }

  /** Rejects another person's request, or withdraws one's own. */
  reject(): void {
    if (!this.begin('reject') || this.state.phase !== 'open') {
      return;
    }
    const { approval, typed } = this.state;
    this.client.reject(approval.id, { reason: typed.reason.trim() }).subscribe({
      next: (decided) => this.dispatch({ type: 'decided', approval: decided }),
      error: (error: unknown) => this.failed(error),
    });
  }

  private begin(choice: 'approve' | 'reject'): boolean {
    const before = this.state;
    this.dispatch({ type: 'decision sent', choice, at: this.now() });
    return this.state !== before;
  }

  private failed(error: unknown): void {
    this.dispatch({ type: 'decision failed', failure: toFailure(error), at: this.now() });
    // What became of it, and whether it still waits, is to be known at once.
    this.readOn();
  }

  private dispatch(event: ReviewEvent): void {
    const after = reduceReview(this.state, event);
    if (after !== this.state) {
      this.states.next(after);
    }
    if (after.phase === 'done') {
      this.reading.unsubscribe();
    }
  }

  private readOn(): void {
    this.reading.unsubscribe();
    const { state } = this;
    if (!this.started || state.phase === 'done') {
      return;
    }
    const every = state.deciding?.lost || state.refusal ? READ_LOST_EVERY : READ_EVERY;
    const delay = Math.min(READ_EVERY_AT_MOST, every * 2 ** state.failedReadings);
    this.reading = timer(delay)
      .pipe(switchMap(() => this.client.approval(state.approval.id)))
      .subscribe({
        next: (approval) => this.afterReading({ type: 'approval read', approval, at: this.now() }),
        error: (error: unknown) => this.afterReading({ type: 'approval unreadable', failure: toFailure(error) }),
      });
  }

  private afterReading(event: ReviewEvent): void {
    this.dispatch(event);
    this.readOn();
  }

  private follow(actionId: string, approval: Approval, action: Action | undefined): ActionSession | undefined {
    if (approval.kind === 'incident-budget') {
      return undefined;
    }
    const target = {
      uid: this.uid,
      kind: approval.kind,
      jobId: approval.identity.jobId,
      jobName: approval.job?.name ?? '',
    };
    return new ActionSession(target, this.client, {
      phase: 'following',
      typed: NOTHING_TYPED,
      actionId,
      action,
      confirmation: 'recorded',
      since: this.now(),
      failedReadings: 0,
    });
  }
}
