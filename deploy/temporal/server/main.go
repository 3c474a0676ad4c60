// The official Temporal server as its image runs it: configured by the environment alone, all roles or those of TEMPORAL_SERVICES.
package main

import (
	"fmt"
	"os"
	"strings"
	_ "time/tzdata" // where the machine knows no zones

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	_ "go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
	"go.temporal.io/server/temporal"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run() error {
	configuration, err := config.Load(config.WithEmbedded())
	if err != nil {
		return fmt.Errorf("the configuration cannot be read: %w", err)
	}
	authorizer, err := authorization.GetAuthorizerFromConfig(&configuration.Global.Authorization)
	if err != nil {
		return err
	}
	logger := log.NewZapLogger(log.BuildZapLogger(configuration.Log))
	claims, err := authorization.GetClaimMapperFromConfig(&configuration.Global.Authorization, logger)
	if err != nil {
		return err
	}
	services := temporal.DefaultServices
	if chosen := os.Getenv("TEMPORAL_SERVICES"); chosen != "" {
		services = strings.Split(chosen, ",")
	}
	server, err := temporal.NewServer(
		temporal.ForServices(services),
		temporal.WithConfig(configuration),
		temporal.WithLogger(logger),
		temporal.InterruptOn(temporal.InterruptCh()),
		temporal.WithAuthorizer(authorizer),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return claims }),
	)
	if err != nil {
		return err
	}
	return server.Start()
}
