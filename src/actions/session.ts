import { BehaviorSubject, Subscription, switchMap, timer, type Observable } from 'rxjs';

import { type CoordinatorClient } from '../api/client';
import { toFailure } from '../api/failure';
import { type ConfirmRequest, type Support } from '../api/types';
import { isWatched } from './leftovers';
import { opened, reduce } from './machine';
import { isReason, missing } from './readiness';
import { type Event, type Following, type Planned, type State, type Target } from './states';
import { describeOutcome } from './texts';

/** Milliseconds between two readings of an action: at first, after a while, and at most while readings fail. */
const READ_EVERY = 1_000;
const READ_EVERY_LATER = 5_000;
const READ_EVERY_AT_MOST = 15_000;
/** After this long the action is in no hurry any more. */
const HURRY = 60_000;
/** What the server's own rounds may still improve: an outcome that is not final, and what runs on at the workers. */
const READ_SETTLED_EVERY = 10_000;
/** When a confirmation has not been answered after this long, the action is read beside waiting for the answer. */
const CONFIRMATION_SLOW = 10_000;
/** A second person reads before deciding: nobody is kept waiting by this. */
const READ_WAITING_EVERY = 3_000;

/**
 * One opened dialog: holds the machine's state and does what it asks for. It sends one confirmation, or one request for a
 * second person, for one call, and never repeats one.
 */
export class ActionSession {
  private readonly states: BehaviorSubject<State>;
  private readonly supports = new BehaviorSubject<Support | undefined>(undefined);
  /** The request or timer that the present phase needs. */
  private work = Subscription.EMPTY;
  private asking = Subscription.EMPTY;
  private started = false;

  constructor(
    readonly target: Target,
    private readonly client: CoordinatorClient,
    left?: State,
    private readonly now: () => number = Date.now
  ) {
    this.states = new BehaviorSubject<State>(opened(left, now()));
  }

  get state$(): Observable<State> {
    return this.states;
  }

  get state(): State {
    return this.states.value;
  }

  /** What the user may ask of the coordinator, with its policy; undefined until it is known. */
  get support$(): Observable<Support | undefined> {
    return this.supports;
  }

  get support(): Support | undefined {
    return this.supports.value;
  }

  /** The coordinator's own word for its only way to stop a job; undefined where it has a cancel, too, or is not known. */
  get onlyStop(): string | undefined {
    return this.support?.onlyStop ?? this.target.onlyStop;
  }

  /** Begins the work; to be called once the dialog is on the screen. */
  start(): void {
    if (!this.started) {
      this.started = true;
      this.enter(this.state);
      this.asking = this.client.support().subscribe({
        next: (support) => this.supports.next(support),
        // The dialog does without the policy: the plan holds all that decides.
        error: () => undefined,
      });
    }
  }

  /**
   * Stops reading. A confirmation or request that is on its way is left alone: to give it up would cut it off, and with
   * it perhaps the recording. What was recorded goes on at the server.
   */
  stop(): void {
    this.started = false;
    this.work.unsubscribe();
    this.asking.unsubscribe();
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

  /**
   * Uses the plan on the screen, if nothing is missing: confirms it, or asks a second person for it where the server
   * demands one. A second call finds no plan any more.
   */
  use(): void {
    const { state } = this;
    if (state.phase !== 'planned' || missing(state, this.now()).length > 0) {
      return;
    }
    const { plan } = state.timed;
    if (plan.secondPerson) {
      this.dispatch({ type: 'approval asked for' });
      this.request(this.client.requestApproval(plan.id, confirmation(state)));
      return;
    }
    this.dispatch({ type: 'confirmation sent' });
    this.client.confirm(plan.id, plan.kind, confirmation(state)).subscribe({
      next: (action) => this.dispatch({ type: 'confirmation answered', action, at: this.now() }),
      error: (error: unknown) =>
        this.dispatch({ type: 'confirmation failed', failure: toFailure(error), at: this.now() }),
    });
  }

  /** Opens the form that asks a second person for the incident budget. */
  wantBudget(): void {
    this.dispatch({ type: 'budget wanted' });
  }

  leaveBudget(): void {
    this.dispatch({ type: 'budget left' });
  }

  typeBudgetReason(reason: string): void {
    this.dispatch({ type: 'budget reason typed', reason });
  }

  /** Asks a second person for the incident budget, if the reason is long enough; a second call finds no form any more. */
  askForBudget(): void {
    const { state } = this;
    if (state.phase === 'budgeting' && isReason(state.reason)) {
      this.dispatch({ type: 'budget asked for' });
      this.request(this.client.requestIncident({ reason: state.reason.trim() }));
    }
  }

  /** Shows the request that somebody made before. */
  findRequest(): void {
    this.dispatch({ type: 'waiting request wanted', at: this.now() });
  }

  /** Withdraws the user's own request; a second call while the first is on its way does nothing. */
  withdraw(reason: string): void {
    const { state } = this;
    if (state.phase !== 'waiting' || state.withdrawing || !state.approval.mine || !isReason(reason)) {
      return;
    }
    this.dispatch({ type: 'withdrawal sent' });
    this.client.reject(state.approval.id, { reason: reason.trim() }).subscribe({
      next: (approval) => this.dispatch({ type: 'approval read', approval, at: this.now() }),
      error: (error: unknown) => this.dispatch({ type: 'withdrawal failed', failure: toFailure(error) }),
    });
  }

  private request(answer: ReturnType<CoordinatorClient['requestApproval']>): void {
    answer.subscribe({
      next: (approval) => this.dispatch({ type: 'request answered', approval, at: this.now() }),
      error: (error: unknown) => this.dispatch({ type: 'request failed', failure: toFailure(error), at: this.now() }),
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
        this.readAction(readingDelay(state, this.now()), state.actionId);
        return;
      case 'settled':
        if (!describeOutcome(state.action).final || isWatched(state.action)) {
          this.readAction(READ_SETTLED_EVERY, state.action.id);
        }
        return;
      case 'searching':
        this.readList(backingOff(READ_EVERY, state.failedReadings));
        return;
      case 'waiting':
        this.readApproval(backingOff(READ_WAITING_EVERY, state.failedReadings), state.approval.id);
        return;
      case 'planned':
      case 'unplanned':
      case 'unrecorded':
      case 'requesting':
      case 'decided':
      case 'budgeting':
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

  private readAction(delay: number, actionId: string): void {
    this.work = timer(delay)
      .pipe(switchMap(() => this.client.action(actionId)))
      .subscribe({
        next: (action) => this.afterReading({ type: 'action read', action }),
        error: (error: unknown) =>
          this.afterReading({ type: 'action unreadable', failure: toFailure(error), at: this.now() }),
      });
  }

  private readList(delay: number): void {
    this.work = timer(delay)
      .pipe(switchMap(() => this.client.approvals()))
      .subscribe({
        next: ({ approvals }) => this.afterReading({ type: 'requests read', approvals, at: this.now() }),
        error: (error: unknown) => this.afterReading({ type: 'requests unreadable', failure: toFailure(error) }),
      });
  }

  private readApproval(delay: number, id: string): void {
    this.work = timer(delay)
      .pipe(switchMap(() => this.client.approval(id)))
      .subscribe({
        next: (approval) => this.afterReading({ type: 'approval read', approval, at: this.now() }),
        error: (error: unknown) => this.afterReading({ type: 'approval unreadable', failure: toFailure(error) }),
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

function confirmation({ timed: { plan }, typed }: Planned): ConfirmRequest {
  return {
    phrase: typed.phrase,
    reason: typed.reason.trim(),
    acknowledged: plan.verdicts.filter(({ result }) => result === 'warn').map(({ guard }) => guard),
  };
}

function readingDelay(state: Following, now: number): number {
  return backingOff(now - state.since > HURRY ? READ_EVERY_LATER : READ_EVERY, state.failedReadings);
}

function backingOff(every: number, failedReadings: number): number {
  return failedReadings > 0 ? Math.min(READ_EVERY_AT_MOST, READ_EVERY * 2 ** failedReadings) : every;
}
