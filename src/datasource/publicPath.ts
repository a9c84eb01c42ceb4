/** Where webpack's runtime looks for the files that it loads later; Grafana's scaffold sets it to the module's folder. */
declare let __webpack_public_path__: string;

/**
 * The folder of the app's files: the build lays those that are loaded later there, also those of a nested plugin, whose
 * module Grafana serves under an address of its own, and a content network from a folder in the app's.
 */
export function appFolder(moduleFolder: string): string {
  return moduleFolder.replace(/unjam-coordinator-datasource\/$/, 'unjam-jobs-app/').replace(/\/datasource\/$/, '/');
}

// Tests run without webpack.
if (typeof __webpack_public_path__ === 'string') {
  __webpack_public_path__ = appFolder(__webpack_public_path__);
}
