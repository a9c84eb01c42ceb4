/** What the user chooses in the panel's options. */
export interface StuckJobsOptions {
  /** Whether rows carry the buttons that cancel and force-stop. The server decides anew at each press. */
  showActions: boolean;
  /** Whether the members that run a job are shown. */
  showNodes: boolean;
}

export const DEFAULT_OPTIONS: StuckJobsOptions = { showActions: true, showNodes: false };
