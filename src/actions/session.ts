import { BehaviorSubject, Subscription, switchMap, timer, type Observable } from 'rxjs';

import { type CoordinatorClient } from '../api/client';
import { toFailure } from '../api/failure';
import { missing } from './readiness';
import { opened, reduce, type Event, type Following, type State, type Target } from './machine';
import { describeOutcome } from './texts';

/** Milliseconds between two readings of an action: at first, after a while, and at most while readings fail. */
const READ_EVERY = 1_000;
const READ_EVERY_LATER = 5_000;
const READ_EVERY_AT_MOST = 15_000;
/** After this long the action is in no hurry any more. */
const HURRY = 60_000;
/** An outcome that is not final is improved by the server's own rounds, which take a minute. */
const READ_SETTLED_EVERY = 10_000;
/** When a confirmation has not been answered after this long, the action is read beside waiting for the answer. */
const CONFIRMATION_SLOW = 10_000;

/**
 * One opened dialog: holds the machine's state and does what it asks for. It sends one confirmation for one call of
 * confirm, and never repeats one.
 */
export class ActionSession {
  private readonly states: BehaviorSubject<State>;
  /** The request or timer that the present phase needs. */
  private work = Subscription.EMPTY;
  private started = false;

  constructor(
    readonly target: Target,
    private readonly client: CoordinatorClient,
    left?: State,
    private readonly now: () => number = Date.now
  ) {
    this.states = new BehaviorSubject<State>(opened(left));
  }

  get state$(): Observable<State> {
    return this.states;
  }

  get state(): State {
    return this.states.value;
  }

  /** Begins the work; to be called once the dialog is on the screen. */
  start(): void {
    if (!this.started) {
      this.started = true;
      this.enter(this.state);
    }
  }

  /**
   * Stops reading. A confirmation that is on its way is left alone: to give it up would cut the request, and with it
   * perhaps the recording. What was recorded goes on at the server.
   */
  stop(): void {
    this.started = false;
    this.work.unsubscribe();
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

  replan(): void {
    this.dispatch({ type: 'new plan asked for' });
  }

  /** Follows an action that someone else confirmed. */
  follow(actionId: string): void {
    this.dispatch({ type: 'other action asked for', actionId, at: this.now() });
  }

  /** Confirms the plan on the screen, if nothing is missing; a second call finds no plan any more. */
  confirm(): void {
    const { state } = this;
    if (state.phase !== 'planned' || missing(state, this.now()).length > 0) {
      return;
    }
    const { plan } = state.timed;
    this.dispatch({ type: 'confirmation sent' });
    this.client
      .confirm(plan.id, plan.kind, {
        phrase: state.typed.phrase,
        reason: state.typed.reason.trim(),
        acknowledged: plan.verdicts.filter(({ result }) => result === 'warn').map(({ guard }) => guard),
      })
      .subscribe({
        next: (action) => this.dispatch({ type: 'confirmation answered', action, at: this.now() }),
        error: (error: unknown) =>
          this.dispatch({ type: 'confirmation failed', failure: toFailure(error), at: this.now() }),
      });
  }

  private dispatch(event: Event): void {
    const before = this.state;
    const after = reduce(before, event);
    if (after === before) {
      return;
    }
    this.states.next(after);
    if (this.started && after.phase !== before.phase) {
      this.enter(after);
    }
  }

  /** Starts what a phase needs, and stops what the one before needed. */
  private enter(state: State): void {
    this.work.unsubscribe();
    switch (state.phase) {
      case 'planning':
        this.work = this.plan();
        return;
      case 'confirming':
        this.work = timer(CONFIRMATION_SLOW).subscribe(() =>
          this.dispatch({ type: 'confirmation slow', at: this.now() })
        );
        return;
      case 'following':
        this.readAfter(readingDelay(state, this.now()), state.actionId);
        return;
      case 'settled':
        if (!describeOutcome(state.action).final) {
          this.readAfter(READ_SETTLED_EVERY, state.action.id);
        }
        return;
      case 'planned':
      case 'unplanned':
      case 'unrecorded':
        return;
    }
  }

  private plan(): Subscription {
    const requestedAt = this.now();
    return this.client.plan({ action: this.target.kind, jobId: this.target.jobId }).subscribe({
      next: (plan) => this.dispatch({ type: 'plan received', timed: { plan, requestedAt, receivedAt: this.now() } }),
      error: (error: unknown) => this.dispatch({ type: 'plan failed', failure: toFailure(error) }),
    });
  }

  private readAfter(delay: number, actionId: string): void {
    this.work = timer(delay)
      .pipe(switchMap(() => this.client.action(actionId)))
      .subscribe({
        next: (action) => this.afterReading({ type: 'action read', action }),
        error: (error: unknown) =>
          this.afterReading({ type: 'action unreadable', failure: toFailure(error), at: this.now() }),
      });
  }

  private afterReading(event: Event): void {
    const phase = this.state.phase;
    this.dispatch(event);
    // Another phase has already asked for what it needs.
    if (this.state.phase === phase) {
      this.enter(this.state);
    }
  }
}

function readingDelay(state: Following, now: number): number {
  if (state.failedReadings > 0) {
    return Math.min(READ_EVERY_AT_MOST, READ_EVERY * 2 ** state.failedReadings);
  }
  return now - state.since > HURRY ? READ_EVERY_LATER : READ_EVERY;
}
