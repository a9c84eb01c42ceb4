import { type Matcher, type Notifications, type Route } from '../../api/notifications';

/** The labels by which routes take an alert. */
export type Labels = Record<string, string>;

/** The contact points that a notification policy chooses for an alert, as Grafana's Alertmanager does. */
export function receiversOf(root: Route, labels: Labels): string[] {
  return Array.from(new Set(taken(root, labels, root.receiver)));
}

function taken(route: Route, labels: Labels, inherited: string): string[] {
  const receiver = route.receiver || inherited;
  const found: string[] = [];
  for (const child of route.routes) {
    if (child.matchers.every((matcher) => matches(matcher, labels))) {
      found.push(...taken(child, labels, receiver));
      if (!child.continues) {
        return found;
      }
    }
  }
  return found.length > 0 ? found : [receiver];
}

function matches({ label, operator, value }: Matcher, labels: Labels): boolean {
  // An absent label counts as an empty one.
  const given = labels[label] ?? '';
  switch (operator) {
    case '=':
      return given === value;
    case '!=':
      return given !== value;
    case '=~':
      return isLike(given, value);
    case '!~':
      return !isLike(given, value);
  }
}

/** Grafana's expressions must fit the whole value. One that the browser does not understand fits nothing. */
function isLike(value: string, expression: string): boolean {
  try {
    return new RegExp(`^(?:${expression})$`, 's').test(value);
  } catch {
    return false;
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
