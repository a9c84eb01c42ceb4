import { type IconName } from '@grafana/data';
import { Icon } from '@grafana/ui';
import React from 'react';

import { t } from '../../i18n/text';
import { ForeignText } from '../../model/ForeignText';
import { type JobNode } from '../../model/job';
import { Table } from '../Table';
import { Part } from './Part';

interface Props {
  nodes: JobNode[];
  /** Whether they are those of the present. */
  present: boolean;
}

/** The nodes that run the job, as far as the coordinator tells, with whether they are there. */
export function Nodes({ nodes, present }: Props) {
  if (nodes.length === 0) {
    return null;
  }
  const headers = [
    t('app-job.nodes.node', 'Node'),
    present ? t('app-job.nodes.now', 'Is it there now?') : t('app-job.nodes.then', 'Was it there when last seen?'),
    t('app-job.nodes.role', 'Role'),
  ];
  return (
    <Part title={t('app-job.nodes.title', 'Where it runs')}>
      <Table caption={t('app-job.nodes.caption', 'The nodes that run the job')} headers={headers}>
        {nodes.map((node) => (
          <tr key={node.node}>
            <td>
              <ForeignText text={node.node} />
            </td>
            <td>
              <Presence node={node} />
            </td>
            <td>
              {node.master ? (
                t('app-job.nodes.master', 'active master')
              ) : (
                <ForeignText text={node.word} otherwise="–" />
              )}
            </td>
          </tr>
        ))}
      </Table>
      <p>{t('app-job.nodes.belief', 'This is what the coordinator believes, and no proof that a task runs there.')}</p>
    </Part>
  );
}

function Presence({ node: { present } }: { node: JobNode }) {
  const [icon, words] = presenceOf(present);
  return (
    <>
      <Icon key={icon} name={icon} aria-hidden="true" /> {words}
    </>
  );
}

function presenceOf(present: boolean | undefined): [IconName, string] {
  switch (present) {
    case true:
      return ['check', t('app-job.nodes.there', 'yes')];
    case false:
      return ['times', t('app-job.nodes.gone', 'no: it is not among the members')];
    case undefined:
      return ['question-circle', t('app-job.nodes.not-known', 'not known')];
  }
}
