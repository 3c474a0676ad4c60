// Renders a chart as Helm does and reads what comes out as Kubernetes would: a field that there is not, or one of
// another type, ends with 1 and the name of the template. What was rendered is printed, one JSON object a line.
//
//	chart-check CHART [VALUES.yaml …]
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"sort"
	"strings"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	yamlreader "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: chart-check CHART [VALUES.yaml …]")
		os.Exit(2)
	}
	rendered, err := render(os.Args[1], os.Args[2:])
	if err == nil {
		err = read(rendered, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// render gives each template of the chart as text, with these files of values, the last of which counts. Values that
// values.schema.json does not let by are an error.
func render(folder string, files []string) (map[string]string, error) {
	chart, err := loader.Load(folder)
	if err != nil {
		return nil, err
	}
	given := map[string]interface{}{}
	for _, file := range files {
		more, err := chartutil.ReadValuesFile(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		given = chartutil.CoalesceTables(more, given)
	}
	release := chartutil.ReleaseOptions{Name: "kaifang", Namespace: "kaifang", Revision: 1, IsInstall: true}
	values, err := chartutil.ToRenderValues(chart, given, release, nil)
	if err != nil {
		return nil, err
	}
	return engine.Engine{Strict: false}.Render(chart, values)
}

// read decodes strictly whatever was rendered, and prints it.
func read(rendered map[string]string, out io.Writer) error {
	known := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{scheme.AddToScheme, monitoring.AddToScheme} {
		if err := add(known); err != nil {
			return err
		}
	}
	decoder := serializer.NewCodecFactory(known, serializer.EnableStrict).UniversalDeserializer()
	names := make([]string, 0, len(rendered))
	for name := range rendered {
		names = append(names, name)
	}
	sort.Strings(names)
	var wrong []error
	for _, name := range names {
		if strings.HasPrefix(path.Base(name), "_") || strings.HasSuffix(name, ".txt") {
			continue
		}
		documents := yamlreader.NewYAMLReader(bufio.NewReader(strings.NewReader(rendered[name])))
		for {
			document, err := documents.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if len(strings.TrimSpace(withoutComments(document))) == 0 {
				continue
			}
			if _, _, err := decoder.Decode(document, nil, nil); err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %w", name, err))
				continue
			}
			if err := printed(document, out); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return errors.Join(wrong...)
}

func printed(document []byte, out io.Writer) error {
	converted, err := yaml.YAMLToJSON(document)
	if err != nil {
		return err
	}
	var line bytes.Buffer
	if err := json.Compact(&line, converted); err != nil {
		return err
	}
	line.WriteByte('\n')
	_, err = out.Write(line.Bytes())
	return err
}

func withoutComments(document []byte) string {
	var kept []string
	for _, line := range strings.Split(string(document), "\n") {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") && strings.TrimSpace(line) != "---" {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}
