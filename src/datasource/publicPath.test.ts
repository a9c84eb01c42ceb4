import { appFolder } from './publicPath';

describe('where the data source finds what it loads later', () => {
  it.each([
    ['/public/plugins/unjam-coordinator-datasource/', '/public/plugins/unjam-jobs-app/'],
    ['/grafana/public/plugins/unjam-coordinator-datasource/', '/grafana/public/plugins/unjam-jobs-app/'],
    [
      'https://cdn.example/unjam-jobs-app/1.0.0/public/plugins/unjam-jobs-app/datasource/',
      'https://cdn.example/unjam-jobs-app/1.0.0/public/plugins/unjam-jobs-app/',
    ],
    // The workbench has all in one place.
    ['/public/', '/public/'],
  ])('its module is in %s: in %s', (moduleFolder, folder) => {
    expect(appFolder(moduleFolder)).toBe(folder);
  });
});
