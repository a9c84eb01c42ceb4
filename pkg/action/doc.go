// Package action is the guard: cancel and force stop, from the plan over the
// guards, the confirmation and the one request to the proven end, with a
// durable record before every act (design §7).
//
// Nothing here trusts the browser: it shows what this package decided.
package action
