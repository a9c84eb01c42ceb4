import React, { Children, Fragment, type ReactNode } from 'react';

/** Stands in a sentence where an element belongs; no text of ours holds it. */
export const PLACE = '\u0000';

interface Props {
  /** A sentence that holds PLACE once for each element: each language has them elsewhere, but in the same order. */
  text: string;
  children: ReactNode;
}

/** A sentence with elements in it, as `{{name}}` is a value in a text. */
export function Around({ text, children }: Props) {
  const elements = Children.toArray(children);
  return (
    <>
      {text.split(PLACE).map((part, index) => (
        <Fragment key={index}>
          {index > 0 && elements[index - 1]}
          {part}
        </Fragment>
      ))}
    </>
  );
}
