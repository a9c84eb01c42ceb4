import { type IconName } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Icon } from '@grafana/ui';
import React from 'react';

import { Around, PLACE } from '../../i18n/Around';
import { t } from '../../i18n/text';
import { ForeignText } from '../../model/ForeignText';
import { type JobNode } from '../../model/job';
import { SENTENCE } from '../../model/text';
import { Moment } from '../Moment';
import { Table } from '../Table';
import { Part } from './Part';

interface Props {
  nodes: JobNode[];
  /** Why there are none; a sentence. */
  notKnown: string;
  /** Whether the job is open: one that ended runs nowhere. */
  open: boolean;
  /** Whether they are those of the present. */
  present: boolean;
  timeZone: TimeZone;
}

/** The nodes that run the job or ran it last, as far as the coordinator tells, with whether they are there. */
export function Nodes({ nodes, notKnown, open, present, timeZone }: Props) {
  const lastSeen = nodes[0]?.lastSeen;
  const runs = open && lastSeen === undefined;
  const headers = [t('app-job.nodes.node', 'Node'), presenceHeader(runs, present), t('app-job.nodes.role', 'Role')];
  return (
    <Part title={runs ? t('app-job.nodes.title', 'Where it runs') : t('app-job.nodes.title-ran', 'Where it ran')}>
      {nodes.length === 0 ? (
        <p>
          <ForeignText text={notKnown} characters={SENTENCE} otherwise={t('app-job.nodes.not-known', 'not known')} />
        </p>
      ) : (
        <>
          <Table
            caption={
              runs
                ? t('app-job.nodes.caption', 'The nodes that run the job')
                : t('app-job.nodes.caption-ran', 'The nodes that ran the job last')
            }
            headers={headers}
          >
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
          {lastSeen !== undefined && (
            <p>
              <Around text={t('app-job.nodes.last-seen', 'The job was last seen there at {{at}}.', { at: PLACE })}>
                <Moment at={lastSeen} timeZone={timeZone} showZone />
              </Around>
            </p>
          )}
          <p>
            {t('app-job.nodes.belief', 'This is what the coordinator believes, and no proof that a task runs there.')}
          </p>
        </>
      )}
    </Part>
  );
}

function presenceHeader(runs: boolean, present: boolean): string {
  if (!present) {
    return t('app-job.nodes.then', 'Was it there when last seen?');
  }
  return runs ? t('app-job.nodes.now', 'Is it there now?') : t('app-job.nodes.present', 'Is the node there now?');
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
