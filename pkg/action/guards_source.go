package action

import "fmt"

// The guards that depend on the data source and its coordinator's version.

func guardEnabled(f Facts) Verdict {
	if !f.Policy.Enabled {
		return block("Actions are switched off for this data source.", "An administrator can switch them on in the data source's settings.")
	}
	return pass("Actions are switched on for this data source.")
}

func guardProxyClosed(f Facts) Verdict {
	if f.ProxyFault != "" {
		return block(f.ProxyFault, "Clear these fields in the data source's settings; Unjam has its own.")
	}
	return pass("Grafana's data source proxy has no address to send to.")
}

func guardStore(f Facts) Verdict {
	if f.StoreErr != nil {
		return block(fmt.Sprintf("No record can be made: %v.", f.StoreErr), "The server's administrator must make the store writable; see the data source's health check.")
	}
	return pass("The record can be written.")
}

func guardSupported(f Facts) Verdict {
	capability := f.Capabilities.Cancel
	if f.Kind == KindForceStop {
		capability = f.Capabilities.ForceStop
	}
	if !capability.Supported {
		return block(capability.Reason, "")
	}
	return pass("The coordinator supports it.")
}
