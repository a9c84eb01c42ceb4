import { useEffect, useState } from 'react';
import { type Observable } from 'rxjs';

import { toFailure, type Failure } from '../api/failure';

export type Loaded<T> = { at: 'loading' } | { at: 'loaded'; value: T } | { at: 'failed'; failure: Failure };

/** What a request answered. The request must be the same object as long as it means the same. */
export function useLoaded<T>(request: Observable<T>): Loaded<T> {
  const [loaded, setLoaded] = useState<{ request: Observable<T>; answer: Loaded<T> }>();
  useEffect(() => {
    const tell = (answer: Loaded<T>) => setLoaded({ request, answer });
    const subscription = request.subscribe({
      next: (value) => tell({ at: 'loaded', value }),
      error: (error: unknown) => tell({ at: 'failed', failure: toFailure(error) }),
    });
    return () => subscription.unsubscribe();
  }, [request]);
  return loaded?.request === request ? loaded.answer : { at: 'loading' };
}
