import React from 'react';

import { describeFailure, type Failure } from '../../api/failure';
import { type Source } from '../../api/sources';
import { ForeignText } from '../../model/ForeignText';
import { inertName, SENTENCE } from '../../model/text';

interface Props {
  /** What was asked of each coordinator, and why it gave no answer where it gave none. */
  asked: Array<{ source: Source; failure: Failure | undefined }>;
  /** What is not known at a coordinator of that name. */
  notKnown(name: string): string;
}

/** The coordinators that gave no answer, and why: an empty table must not pass for good news. */
export function NotRead({ asked, notKnown }: Props) {
  return (
    <>
      {asked.map(({ source, failure }) =>
        failure ? (
          <p key={source.uid}>
            {notKnown(inertName(source.name))} <ForeignText text={describeFailure(failure)} characters={SENTENCE} />
          </p>
        ) : null
      )}
    </>
  );
}
