import { t } from '../i18n/text';
import { type Column } from './layout';

/** What stands at the head of a column. */
export function columnTitle(column: Column): string {
  switch (column) {
    case 'job':
      return t('jobs.column.job', 'Job');
    case 'id':
      return t('jobs.column.id', 'Id');
    case 'coordinator':
      return t('jobs.column.coordinator', 'Coordinator');
    case 'state':
      return t('jobs.column.state', 'State');
    case 'age':
      return t('jobs.column.age', 'Age');
    case 'cause':
      return t('jobs.column.cause', 'Cause and outlook');
    case 'deadline':
      return t('jobs.column.deadline', 'Deadline');
    case 'advice':
      return t('jobs.column.advice', 'Advice');
    case 'parent':
      return t('jobs.column.parent', 'Parent job');
    case 'nodes':
      return t('jobs.column.nodes', 'Runs on');
    case 'actions':
      return t('jobs.column.actions', 'Actions');
  }
}
