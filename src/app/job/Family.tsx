import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { useStyles2 } from '@grafana/ui';
import React from 'react';

import { Around, PLACE } from '../../i18n/Around';
import { t } from '../../i18n/text';
import { jobPageLink } from '../../jobs/jobPage';
import { type Relative, type RelativeEnd } from '../../model/job';
import { formatNumber } from '../../model/numbers';
import { inertName } from '../../model/text';
import { Moment } from '../Moment';
import { Part } from './Part';
import { StateBadge } from './StateBadge';

const NAME_CHARACTERS = 80;

interface Props {
  uid: string;
  /** The job's own name. */
  name: string;
  relatives: Relative[];
  /** Ended children that are not remembered any more. */
  moreEnded: number;
  present: boolean;
  timeZone: TimeZone;
}

/** The job between the one that waits for it and those that it waits for. */
export function Family({ uid, name, relatives, moreEnded, present, timeZone }: Props) {
  const styles = useStyles2(getStyles);
  if (relatives.length === 0) {
    return null;
  }
  const parents = relatives.filter(({ role }) => role === 'parent');
  const children = relatives.filter(({ role }) => role === 'child');
  const own = (
    <>
      <strong>{inertName(name, NAME_CHARACTERS)}</strong> ({t('app-job.family.this', 'this job')})
      {children.length > 0 && (
        <ul className={styles.list}>
          {children.map((child) => (
            <li key={child.id}>
              <One uid={uid} relative={child} present={present} timeZone={timeZone} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
  return (
    <Part title={t('app-job.family.title', 'Parent and children')}>
      <ul className={styles.list}>
        {parents.length === 0 ? (
          <li>{own}</li>
        ) : (
          parents.map((parent) => (
            <li key={parent.id}>
              <One uid={uid} relative={parent} present={present} timeZone={timeZone} />
              <ul className={styles.list}>
                <li>{own}</li>
              </ul>
            </li>
          ))
        )}
      </ul>
      {moreEnded > 0 && (
        <p>
          {t('app-job.family.more', 'Children that ended earlier and are not remembered: {{number}}.', {
            number: formatNumber(moreEnded),
          })}
        </p>
      )}
    </Part>
  );
}

function One({
  uid,
  relative,
  present,
  timeZone,
}: Pick<Props, 'uid' | 'present' | 'timeZone'> & { relative: Relative }) {
  const styles = useStyles2(getStyles);
  const { id, name, createTime, node, state, ended, endedAt } = relative;
  return (
    <span className={styles.one}>
      <a className={styles.link} href={jobPageLink({ uid, id, createTime })}>
        {inertName(name, NAME_CHARACTERS) || t('app-job.card.no-name', '(no name)')} {inertName(id)}
      </a>
      {/* The last state of one that is gone is not its end: nobody told that. */}
      {ended !== 'gone' && <StateBadge state={state} present={present || ended === 'ended'} />}
      {node !== '' && t('app-job.family.node', 'on {{node}}', { node: inertName(node) })}
      {ended !== '' && endedAt !== undefined && (
        <span>
          <Around text={endText(ended)}>
            <Moment at={endedAt} timeZone={timeZone} />
          </Around>
        </span>
      )}
    </span>
  );
}

/** How an end is known, with the first look that showed it. */
function endText(ended: Exclude<RelativeEnd, ''>): string {
  return ended === 'gone'
    ? t('app-job.family.gone', 'no longer listed, first seen so at {{at}}', { at: PLACE })
    : t('app-job.family.ended', 'ended, first seen so at {{at}}', { at: PLACE });
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ margin: 0, paddingLeft: theme.spacing(2.5), overflowWrap: 'anywhere' }),
  one: css({
    display: 'inline-flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(0.75),
    padding: theme.spacing(0.25, 0),
  }),
  link: css({ color: theme.colors.text.link, textDecoration: 'underline' }),
});
