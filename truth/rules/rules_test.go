package rules

import "testing"

func TestCalculate(t *testing.T) {
	for expression, want := range map[string]float64{
		"A > 180 && D == 1": 1, "A > 600 && D == 1": 0, "abs(B) > 30": 1, "D || E": 1, "E || (A < 1)": 0, "A < 201": 1,
	} {
		got, err := calculate(expression, map[string]float64{"A": 200, "B": -31, "D": 1, "E": 0})
		if err != nil || got != want {
			t.Errorf("%s is %g, %v", expression, got, err)
		}
	}
	for _, expression := range []string{"A + 1", "Z > 1", "max(A) > 1", "A >", `"A"`} {
		if got, err := calculate(expression, map[string]float64{"A": 1}); err == nil {
			t.Errorf("%s is %g", expression, got)
		}
	}
}

// Expressions join what has the same labels, and leave out what has no partner.
func TestCalculated_JoinsLabels(t *testing.T) {
	got, err := calculated("$A > 1 && $B == 1", map[string]series{"A": {"x": 2, "y": 2, "z": 2}, "B": {"x": 1, "y": 0}})
	if err != nil || len(got) != 2 || got["x"] != 1 || got["y"] != 0 {
		t.Errorf("%v, %v", got, err)
	}
}

// Every rule that is shipped can be evaluated here; else nothing would be shown
// of it.
func TestLoad_KnowsEveryRule(t *testing.T) {
	for file, least := range map[string]int{"../../provisioning/alerting/unjam.yaml": 10, "../../provisioning/cloverdx/alerting/unjam-delivery.yaml": 17} {
		loaded, err := Load(file)
		if err != nil || len(loaded) < least {
			t.Errorf("%s: %d rules, %v", file, len(loaded), err)
		}
	}
}
