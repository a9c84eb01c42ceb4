/** What the user chooses in the panel's options. */
export interface StuckJobsOptions {
  /** Whether rows carry the buttons that cancel and force-stop. The server decides anew at each press. */
  showActions: boolean;
  /** Whether cause, outlook, deadline and advice are shown, where there are any. */
  showFinding: boolean;
  /** Whether the members that run a job are shown. */
  showNodes: boolean;
}

export const DEFAULT_OPTIONS: StuckJobsOptions = { showActions: true, showFinding: true, showNodes: false };

/** The options of a stored panel as this version has them: what it lacks, or what makes no sense, is as in a new panel. */
export function migrateOptions(stored: object): StuckJobsOptions {
  const { showActions, showFinding, showNodes }: Partial<Record<keyof StuckJobsOptions, unknown>> = stored;
  return {
    showActions: flag(showActions, DEFAULT_OPTIONS.showActions),
    // Panels of 0.1 have no such option: they always showed it.
    showFinding: flag(showFinding, DEFAULT_OPTIONS.showFinding),
    showNodes: flag(showNodes, DEFAULT_OPTIONS.showNodes),
  };
}

function flag(stored: unknown, otherwise: boolean): boolean {
  return typeof stored === 'boolean' ? stored : otherwise;
}
