import { type CoordinatorSettings } from '../../src/datasource/settings';

/**
 * What the workbench's server tells the page (workbench/backend/page.go), laid where @grafana/runtime looks for what
 * Grafana's server tells its page. This file must run before @grafana/runtime does, so it is imported first and imports
 * nothing that runs.
 */
export interface Boot {
  user: {
    isSignedIn: boolean;
    login: string;
    orgRole: string;
    theme: Theme;
  };
  /** Who may be chosen; the login "nobody" is a visitor who is not signed in. */
  people: Array<{ login: string; role: string }>;
  datasources: BootSource[];
}

export interface BootSource {
  id: number;
  uid: string;
  name: string;
  type: string;
  jsonData: CoordinatorSettings;
}

export type Theme = 'dark' | 'light';

declare global {
  interface Window {
    unjamWorkbench?: Boot;
  }
}

/** What the server said; a page that was opened in another way has nothing. */
export const boot: Boot = window.unjamWorkbench ?? {
  user: { isSignedIn: false, login: '', orgRole: '', theme: 'dark' },
  people: [],
  datasources: [],
};

Object.assign(window, {
  // Where @grafana/ui looks for its icons.
  __grafana_public_path__: '/public/',
  grafanaBootData: {
    user: boot.user,
    settings: { featureToggles: {}, datasources: {}, buildInfo: { env: 'production', version: 'workbench' } },
    navTree: [],
    assets: { dark: '', light: '' },
  },
});
