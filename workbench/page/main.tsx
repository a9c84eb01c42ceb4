// First: what it lays out is read when @grafana/runtime is loaded.
import { boot } from './boot';
// Then the language: plugins ask for it when they are loaded.
import './language';

import { locationService, setBackendSrv, setDataSourceSrv, setLocationSrv, setTemplateSrv } from '@grafana/runtime';
import { setPluginPage } from 'grafana-plugin-page';
import React from 'react';
import { createRoot } from 'react-dom/client';

import { followLinksInPage } from './navigation';
import { PageFrame } from './PageFrame';
import { WorkbenchBackend } from './services/backend';
import { WorkbenchSources } from './services/sources';
import { WorkbenchTemplates } from './services/templates';
import { Workbench } from './Workbench';

const templates = new WorkbenchTemplates();
const sources = new WorkbenchSources(boot.datasources, templates);

setTemplateSrv(templates);
setDataSourceSrv(sources);
setBackendSrv(new WorkbenchBackend());
setLocationSrv(locationService);
setPluginPage(PageFrame);
followLinksInPage(document);

const root = document.getElementById('root');
if (!root) {
  throw new Error('index.html has no element with the id "root".');
}
createRoot(root).render(<Workbench boot={boot} sources={sources} />);
