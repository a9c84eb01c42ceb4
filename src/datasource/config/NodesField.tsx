import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Button, Field, IconButton, Input, useStyles2 } from '@grafana/ui';
import React from 'react';

import { t } from '../../i18n/text';
import { type MessagingNode } from '../cloverdx';

const NAME_WIDTH = 24;
const PLACE_WIDTH = 40;

interface Props {
  nodes: MessagingNode[];
  /** What says where a node is read: its own address, or its instance at the Prometheus server. */
  place: 'url' | 'instance';
  /** An example of that. */
  placeholder: string;
  readOnly: boolean;
  problem: string;
  onChange(nodes: MessagingNode[]): void;
}

/** What a node's name looks like. */
function nodeName(index: number): string {
  return `node0${index + 1}`;
}

/** The heading of what says where a node is read. */
function placeText(place: Props['place']): string {
  return place === 'url' ? t('datasource.nodes.address', 'Address') : t('datasource.nodes.instance', 'Instance');
}

/** The nodes of the cluster: how the cluster names each, and where it is read. */
export function NodesField({ problem, ...table }: Props) {
  return (
    <Field
      label={t('datasource.nodes.title', 'Nodes')}
      description={
        table.place === 'instance'
          ? t(
              'datasource.nodes.instance-why',
              'Name: as the cluster itself calls the node. Instance: the label of its series. No other address is ever contacted.'
            )
          : t(
              'datasource.nodes.address-why',
              'Name: as the cluster itself calls the node. No other address is ever contacted.'
            )
      }
      invalid={problem !== ''}
      error={problem}
    >
      <NodesTable {...table} />
    </Field>
  );
}

function NodesTable({ nodes, place, placeholder, readOnly, onChange }: Omit<Props, 'problem'>) {
  const styles = useStyles2(getStyles);
  const put = (at: number, change: Partial<MessagingNode>) =>
    onChange(nodes.map((node, index) => (index === at ? { ...node, ...change } : node)));
  return (
    <div>
      {nodes.length > 0 && (
        <table className={styles.table} aria-label={t('datasource.nodes.title', 'Nodes')}>
          <thead>
            <tr>
              <th scope="col">{t('datasource.nodes.name', 'Name')}</th>
              <th scope="col">{placeText(place)}</th>
              {!readOnly && (
                <th scope="col">
                  <span className={styles.unseen}>{t('datasource.nodes.remove', 'Remove')}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {nodes.map((node, index) => (
              <tr key={index}>
                <td>
                  <Input
                    aria-label={t('datasource.nodes.name-of', 'Name of node {{number}}', { number: index + 1 })}
                    width={NAME_WIDTH}
                    value={node.name}
                    placeholder={nodeName(index)}
                    readOnly={readOnly}
                    onChange={(event) => put(index, { name: event.currentTarget.value.trim() })}
                  />
                </td>
                <td>
                  <Input
                    aria-label={t('datasource.nodes.place-of', '{{what}} of node {{number}}', {
                      what: placeText(place),
                      number: index + 1,
                    })}
                    width={PLACE_WIDTH}
                    value={node[place] ?? ''}
                    placeholder={placeholder}
                    readOnly={readOnly}
                    onChange={(event) => put(index, { [place]: event.currentTarget.value.trim() || undefined })}
                  />
                </td>
                {!readOnly && (
                  <td>
                    <IconButton
                      name="trash-alt"
                      aria-label={t('datasource.nodes.remove-node', 'Remove node {{number}}', { number: index + 1 })}
                      onClick={() => onChange(nodes.filter((_, other) => other !== index))}
                    />
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {!readOnly && (
        <Button size="sm" variant="secondary" icon="plus" onClick={() => onChange([...nodes, { name: '' }])}>
          {t('datasource.nodes.add', 'Add node')}
        </Button>
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  table: css({
    marginBottom: theme.spacing(1),
    'th, td': { padding: theme.spacing(0.25, 1, 0.25, 0), textAlign: 'left' },
    th: { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular },
  }),
  unseen: css({ position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' }),
});
