import { useEffect, useState } from 'react';
import { map, merge, shareReplay } from 'rxjs';

import { coordinatorClient } from '../../api/client';
import { type Source } from '../../api/sources';
import { type Support } from '../../api/types';
import { kept, visibility, type Kept } from '../refresh';

/** What the setup page knows of one coordinator. */
export interface SetupState {
  source: Source;
  support: Kept<Support>;
}

/** Follows what each data source says of itself, each on its own. */
export function useSetup(sources: Source[]): SetupState[] {
  const [supports, setSupports] = useState<ReadonlyMap<string, Kept<Support>>>(new Map());
  useEffect(() => {
    const visible = visibility().pipe(shareReplay({ bufferSize: 1, refCount: true }));
    const questions = sources.map(({ uid }) =>
      kept(coordinatorClient(uid).support(), visible).pipe(map((support) => ({ uid, support })))
    );
    const subscription = merge(...questions).subscribe(({ uid, support }) =>
      setSupports((before) => new Map(before).set(uid, support))
    );
    return () => subscription.unsubscribe();
  }, [sources]);
  return sources.map((source) => ({ source, support: supports.get(source.uid) ?? {} }));
}
