/** Ids of our plugins, as their plugin.json files name them. */
export const APP_ID = 'unjam-jobs-app';
export const COORDINATOR_TYPE = 'unjam-coordinator-datasource';
