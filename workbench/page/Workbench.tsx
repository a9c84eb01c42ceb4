import { createTheme, ThemeContext, type GrafanaTheme2 } from '@grafana/data';
import { config, locationService, LocationServiceProvider } from '@grafana/runtime';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import React, { useCallback, useMemo, useState } from 'react';
import { Navigate, Route, Router, Routes, type Navigator } from 'react-router-dom';

import { APP_ID } from '../../src/model/plugins';
import { type Boot, type Theme } from './boot';
import { rememberLanguage, rememberPerson, rememberTheme } from './cookies';
import { Header } from './Header';
import { type Language } from './language';
import { usePageLocation } from './navigation';
import { type WorkbenchSources } from './services/sources';
import { AppView } from './views/AppView';
import { DashboardView } from './views/DashboardView';
import { ExploreView } from './views/ExploreView';
import { SourceView } from './views/SourceView';

const HOME = `/a/${APP_ID}`;

interface Props {
  boot: Boot;
  sources: WorkbenchSources;
}

/** The whole page: what Grafana would put around Unjam, as little of it as Unjam needs. */
export function Workbench({ boot, sources }: Props) {
  const [theme, setTheme] = useState(boot.user.theme);
  const built = useMemo(() => buildTheme(theme), [theme]);
  const changeTheme = useCallback((next: Theme) => {
    rememberTheme(next);
    setTheme(next);
  }, []);
  const location = usePageLocation();
  return (
    <ThemeContext.Provider value={built}>
      <GlobalStyles />
      <LocationServiceProvider service={locationService}>
        <Router location={location} navigator={navigator}>
          <Header boot={boot} home={HOME} theme={theme} onTheme={changeTheme} onLanguage={speak} onPerson={signIn} />
          <main>
            <Routes>
              <Route path={`${HOME}/*`} element={<AppView home={HOME} />} />
              <Route path="/d/:uid/*" element={<DashboardView sources={sources} />} />
              <Route path="/explore" element={<ExploreView sources={sources} />} />
              <Route path="/connections/datasources/edit/:uid" element={<SourceView sources={sources} />} />
              <Route path="*" element={<Navigate to={HOME} replace />} />
            </Routes>
          </main>
        </Router>
      </LocationServiceProvider>
      <PortalContainer />
    </ThemeContext.Provider>
  );
}

function buildTheme(mode: Theme): GrafanaTheme2 {
  const theme = createTheme({ colors: { mode } });
  // Some of @grafana/ui reads the theme here.
  config.theme2 = theme;
  return theme;
}

/** Everything that knows who is signed in is loaded anew, as after a real login. */
function signIn(login: string) {
  rememberPerson(login);
  window.location.reload();
}

/** Texts are asked for when a plugin is loaded: the page is loaded anew, without what its address says of the language. */
function speak(language: Language) {
  rememberLanguage(language);
  const address = new URL(window.location.href);
  address.searchParams.delete('lang');
  window.location.assign(address);
}

/** The router moves in Grafana's history. */
const navigator: Navigator = {
  createHref: (to) => locationService.getHistory().createHref(typeof to === 'string' ? { pathname: to } : to),
  go: (delta) => locationService.getHistory().go(delta),
  push: (to, state) => locationService.getHistory().push(to, state),
  replace: (to, state) => locationService.getHistory().replace(to, state),
};
