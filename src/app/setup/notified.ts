import { type Matcher, type Notifications, type Route } from '../../api/notifications';
import { goExpression } from './goExpression';

/** The labels by which routes take an alert. */
export interface Labels {
  known: Readonly<Record<string, string>>;
  /** Those that an alert may have besides, with values that differ from alert to alert. Any other is absent. */
  open: ReadonlySet<string>;
}

/** Where alerts go: a contact point, and when. */
export interface Destination {
  contactPoint: string;
  /** The mute timings in which nobody is told. */
  mutes: string[];
  /** The mute timings outside of which nobody is told. */
  actives: string[];
  /** What decides whether alerts go there, and cannot be told from here; none: they do. */
  depends: Matcher[];
}

/**
 * Where a notification policy may send an alert, as Grafana's Alertmanager decides it (dispatch.Route.Match): the first
 * route that takes it, and those after it while they say so; the route itself where none of its routes does.
 */
export function destinationsOf(root: Route, labels: Labels): Destination[] {
  return taken(root, labels, root.receiver);
}

function taken(route: Route, labels: Labels, inherited: string): Destination[] {
  const contactPoint = route.receiver || inherited;
  const found: Destination[] = [];
  /** What must fail for the next route to be tried, and for the route itself to take the alert. */
  const passed: Matcher[] = [];
  const untaken: Matcher[] = [];
  let isTaken = false;
  for (const child of route.routes) {
    const verdicts = child.matchers.map((matcher) => ({ matcher, fits: fits(matcher, labels) }));
    if (verdicts.some(({ fits: does }) => does === false)) {
      continue;
    }
    const open = verdicts.flatMap(({ matcher, fits: does }) => (does === undefined ? [matcher] : []));
    const inner = taken(child, labels, contactPoint);
    found.push(...inner.map((one) => ({ ...one, depends: [...passed, ...open, ...one.depends] })));
    isTaken ||= open.length === 0;
    untaken.push(...open);
    if (!child.continues) {
      if (open.length === 0) {
        return found;
      }
      passed.push(...open);
    }
  }
  return isTaken ? found : [...found, { contactPoint, mutes: route.mutes, actives: route.actives, depends: untaken }];
}

/** Undefined: it cannot be told from here. */
function fits({ label, operator, value }: Matcher, { known, open }: Labels): boolean | undefined {
  // An absent label counts as an empty one.
  const given = known[label] ?? (open.has(label) ? undefined : '');
  if (given === undefined) {
    return undefined;
  }
  switch (operator) {
    case '=':
      return given === value;
    case '!=':
      return given !== value;
    case '=~':
      return goExpression(value)?.test(given);
    case '!~': {
      const isLike = goExpression(value)?.test(given);
      return isLike === undefined ? undefined : !isLike;
    }
    case '':
      return undefined;
  }
}

/** How a contact point reaches somebody. */
export interface Reach {
  contactPoint: string;
  /** Grafana's words for its integrations: email, webhook, …; none: it tells nobody. */
  types: string[];
  /** Why nobody is told; empty where somebody is, as far as Grafana's settings say. */
  gap: '' | 'nothing in it' | 'example address';
}

/** What Grafana writes into the contact point that it begins with. */
const EXAMPLE_ADDRESS = /@email\.com|@example\./i;

/** How the contact points of an alert reach somebody. */
export function reachOf({ integrations }: Pick<Notifications, 'integrations'>, contactPoint: string): Reach {
  const own = integrations.filter((one) => one.contactPoint === contactPoint);
  const isExample = own.every(({ type, addresses }) => type === 'email' && EXAMPLE_ADDRESS.test(addresses));
  return {
    contactPoint,
    types: Array.from(new Set(own.map(({ type }) => type))),
    gap: own.length === 0 ? 'nothing in it' : isExample ? 'example address' : '',
  };
}
