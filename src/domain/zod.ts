import { z } from 'zod';

// Zod would compile validators with `new Function`; under the Content-Security-Policy even the probe is a violation.
z.config({ jitless: true });

export { z };
