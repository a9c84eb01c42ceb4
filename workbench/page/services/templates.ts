import { type ScopedVars } from '@grafana/data';
import { type TemplateSrv } from '@grafana/runtime';

/** $name, ${name}, ${name.field}, ${name:format} or [[name]]. */
const VARIABLE = /\$(\w+)|\$\{(\w+)(?:\.[^:^}]+)?(?::[^}]+)?\}|\[\[(\w+)(?::[^\]]+)?\]\]/g;

/**
 * Template variables as far as the workbench has them: those that a request brings along. Whatever else looks like a
 * variable stays as it is, as in Grafana.
 */
export class WorkbenchTemplates implements TemplateSrv {
  getVariables() {
    return [];
  }

  replace(text = '', scoped: ScopedVars = {}, format?: Parameters<TemplateSrv['replace']>[2]): string {
    return text.replace(VARIABLE, (match: string, ...names: Array<string | undefined>) => {
      const value: unknown = scoped[names.slice(0, 3).find((name) => name !== undefined) ?? '']?.value;
      if (value === undefined) {
        return match;
      }
      return String(typeof format === 'function' ? format(value, {}, String) : value);
    });
  }

  containsTemplate(text = ''): boolean {
    return text.search(VARIABLE) >= 0;
  }

  updateTimeRange(): void {
    // No variable depends on the time.
  }
}
